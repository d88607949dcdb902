/**
 * `bpf(2)`: one function through which every command goes, and its twin that holds up no event loop.
 *
 * The kernel gets `union bpf_attr` in full size and zeroed: it writes some outputs without looking at the size it was told, and refuses bytes
 * that it does not know unless they are 0.
 *
 * @module
 */
import {
  addressOf,
  arena,
  check,
  errnoName,
  errnoOf,
  Fd,
  keepAlive,
  NR,
  Pinned,
  release,
  syscall,
  syscallAsync,
  take,
  takeText,
} from '../sys/index.ts'
import { COMMANDS, type Use } from './attrs/use.ts'
import { type Fields, getOutput, type Input, type Output, putFields } from './fields.ts'

/** `sizeof(union bpf_attr)`: 168 of Linux 7.3. An older kernel takes the larger one as long as its tail is 0, as here. */
export const ATTR_SIZE = 168

/** The bit of a command that comes with `struct bpf_common_attr`. */
const BPF_COMMON_ATTRS = 1 << 16

/** A signal (a profiler's timer) makes the verifier give up with EAGAIN, other commands with EINTR: nothing is done yet, so they are repeated. */
const ATTEMPTS = 30
const EINTR = -errnoOf('EINTR')
const EAGAIN = -errnoOf('EAGAIN')

/** What a command answered: its result or the negative error number, and the fields that the kernel wrote. */
export interface Reply<F extends Fields> {
  readonly result: number
  readonly out: Output<F>
}

/** What an error says beside the kernel's words; a function is called only for a failure, with the name of the error number. */
export type Describe =
  string | ((code: string) => { readonly attempted?: string | undefined; readonly hint?: string | undefined })

/** Passes the result of a command on.  @throws KernelError for a negative one. */
export function checkReply(use: Use, result: number, describe?: Describe): number {
  const describeNow = typeof describe === 'function' ? () => describe(errnoName(result)) : describe
  return check(result, `bpf(${use.command})`, describeNow)
}

function interrupted(use: Use, result: number): boolean {
  return result === EINTR || (result === EAGAIN && use.command === 'BPF_PROG_LOAD')
}

/**
 * Carries out a command; an error of the kernel is a negative `result`, not a throw.
 *
 * Bytes given for an address are read (or written) where they stand: they stay the caller's. `common` is a `struct bpf_common_attr`, which
 * requires Linux 7.1: an older kernel refuses every command that has one with `EINVAL`.
 */
export function bpfReply<F extends Fields>(use: Use<F>, values: Input<F>, common?: Pinned): Reply<F> {
  const at = take(ATTR_SIZE)
  try {
    putFields(use.fields, values, arena.view, at, (value) =>
      typeof value === 'string' ? arena.address + takeText(value) : addressOf(value),
    )
    const command = COMMANDS[use.command] | (common ? BPF_COMMON_ATTRS : 0)
    const [address, size] = common ? [common.address, common.bytes.length] : [0, 0]
    let result = 0
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      result = syscall(NR.bpf, command, arena.address + at, ATTR_SIZE, address, size)
      if (!interrupted(use, result)) break
    }
    // The addresses in the arena say nothing to the garbage collector: what they point to has to be mentioned after the call.
    keepAlive(values)
    keepAlive(common)
    return { result, out: getOutput(use.fields, arena.view, at) }
  } finally {
    release(at)
  }
}

/** The same on a thread of the pool. The thread is in the network namespace of the process, whatever the caller has entered. */
export async function bpfReplyAsync<F extends Fields>(use: Use<F>, values: Input<F>): Promise<Reply<F>> {
  const attr = new Pinned(ATTR_SIZE)
  const texts: Uint8Array[] = []
  putFields(use.fields, values, attr.view, 0, (value) => {
    if (typeof value !== 'string') return addressOf(value)
    if (value.includes('\0')) throw new TypeError(`${JSON.stringify(value)} has a NUL character in it`)
    const text = new TextEncoder().encode(`${value}\0`)
    texts.push(text)
    return addressOf(text)
  })
  let result = 0
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    result = await syscallAsync(NR.bpf, COMMANDS[use.command], attr.address, ATTR_SIZE)
    if (!interrupted(use, result)) break
  }
  keepAlive(values)
  keepAlive(texts)
  return { result, out: getOutput(use.fields, attr.view, 0) }
}

/** One command of a longer piece of work. */
export interface Step {
  readonly use: Use
  readonly values: Input<Fields>
}

/**
 * Work that takes commands, written once for both ways of carrying them out: {@link perform} makes each call at once, {@link performAsync}
 * on a thread of the pool.
 */
export type Steps<R> = Generator<Step, R, Reply<Fields>>

/** A step whose failure the work itself looks at. */
export function* reply<F extends Fields>(use: Use<F>, values: Input<F>): Steps<Reply<F>> {
  return (yield { use, values } as Step) as Reply<F>
}

/** A step that must succeed.  @throws KernelError what the kernel refused. */
export function* command<F extends Fields>(use: Use<F>, values: Input<F>, describe?: Describe): Steps<number> {
  const { result } = yield* reply(use, values)
  return checkReply(use, result, describe)
}

/** A step that gives a descriptor. */
export function* descriptor<F extends Fields>(
  use: Use<F>,
  values: Input<F>,
  what: string,
  describe?: Describe,
): Steps<Fd> {
  return Fd.own(yield* command(use, values, describe), what)
}

/** Carries out the work, call by call. */
export function perform<R>(steps: Steps<R>): R {
  let next = steps.next()
  while (!next.done) next = steps.next(bpfReply(next.value.use, next.value.values))
  return next.value
}

/** Carries out the work on threads of the pool: nothing is held up while the kernel waits for a grace period or verifies. */
export async function performAsync<R>(steps: Steps<R>): Promise<R> {
  let next = steps.next()
  while (!next.done) next = steps.next(await bpfReplyAsync(next.value.use, next.value.values))
  return next.value
}

/**
 * Carries out one command and gives its result.
 *
 * @throws KernelError what the kernel refused.
 */
export function bpf<F extends Fields>(use: Use<F>, values: Input<F>, describe?: Describe): number {
  return checkReply(use, bpfReply(use, values).result, describe)
}

/** {@link bpf} on a thread of the pool. */
export async function bpfAsync<F extends Fields>(use: Use<F>, values: Input<F>, describe?: Describe): Promise<number> {
  return checkReply(use, (await bpfReplyAsync(use, values)).result, describe)
}

/** Carries out a command that gives a descriptor, which the caller owns. */
export function bpfFd<F extends Fields>(use: Use<F>, values: Input<F>, what: string, describe?: Describe): Fd {
  return Fd.own(bpf(use, values, describe), what)
}
