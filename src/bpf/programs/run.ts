/**
 * `BPF_PROG_TEST_RUN`: runs a program on data of the caller's, attached to nothing.
 *
 * @module
 */
import { errnoName } from '../../sys/index.ts'
import { ProgTestRun } from '../attrs/index.ts'
import { checkReply, reply, type Steps } from '../call.ts'
import { type ProgramType } from '../names.ts'

/** What a program is run on. */
export interface RunOptions {
  /** The packet, at least 14 bytes for the types that see Ethernet frames. */
  readonly data?: Uint8Array | undefined
  /** The context: `struct __sk_buff`, `struct xdp_md`, a raw tracepoint's arguments, what a `syscall` program takes. */
  readonly context?: Uint8Array | undefined
  /** How often, 1 unless said. */
  readonly repeat?: number | undefined
  /** `BPF_F_TEST_*`: 1 on a CPU of choice (raw tracepoints), 2 live frames (XDP), 4 with partial checksums. */
  readonly flags?: number | undefined
  /** The CPU it runs on, with that flag. */
  readonly cpu?: number | undefined
  /** Packets in a batch of live frames. */
  readonly batchSize?: number | undefined
}

/** What a run gave. */
export interface RunResult {
  /** What the program returned, signed: `TCX_NEXT` is -1. */
  readonly returnValue: number
  /** The packet as the program left it; empty for types without one. */
  readonly data: Uint8Array
  /** The context as the program left it; empty where the kernel does not give it back. */
  readonly context: Uint8Array
  /** Nanoseconds a run, on average over all repetitions. */
  readonly duration: number
}

const LIVE_FRAMES = 2
/** What a program may put before or behind the packet, for the first try at a buffer. */
const ROOM = 256
/** A syscall program writes into the context that it was given; a raw tracepoint only reads its arguments. */
const CONTEXT_IN_PLACE = 'syscall'
const CONTEXT_IN_ONLY = new Set<ProgramType>(['raw_tracepoint', 'raw_tracepoint_writable', 'tracing', 'lsm'])

/** Runs a program. */
export function* running(fd: number, type: ProgramType, options: RunOptions, name: string): Steps<RunResult> {
  const live = ((options.flags ?? 0) & LIVE_FRAMES) !== 0
  const context = options.context?.slice()
  const gives = context && !live && type !== CONTEXT_IN_PLACE && !CONTEXT_IN_ONLY.has(type)
  const contextOut = new Uint8Array(gives ? context.length : 0)
  for (let size = options.data && !live ? options.data.length + ROOM : 0; ;) {
    const data = new Uint8Array(size)
    const { result, out } = yield* reply(ProgTestRun, {
      progFd: fd,
      repeat: options.repeat,
      flags: options.flags,
      cpu: options.cpu,
      batchSize: options.batchSize,
      ...(options.data && { dataIn: options.data, dataSizeIn: options.data.length }),
      ...(size > 0 && { dataOut: data, dataSizeOut: size }),
      ...(context && { ctxIn: context, ctxSizeIn: context.length }),
      ...(gives && { ctxOut: contextOut, ctxSizeOut: contextOut.length }),
    })
    if (result < 0 && errnoName(result) === 'ENOSPC' && out.dataSizeOut > size) {
      size = out.dataSizeOut
      continue
    }
    checkReply(ProgTestRun, result, (code) => ({
      attempted: `run program ${JSON.stringify(name)}`,
      hint: HINTS[code]?.(type),
    }))
    return {
      returnValue: out.retval | 0,
      data: data.subarray(0, out.dataSizeOut),
      context: gives ? contextOut.subarray(0, out.ctxSizeOut) : (type === CONTEXT_IN_PLACE && context) || contextOut,
      duration: out.duration,
    }
  }
}

const HINTS: Readonly<Record<string, (type: ProgramType) => string>> = {
  EINVAL: (type) =>
    `${type} programs take other data, context or flags than these; a packet needs at least the 14 bytes of an Ethernet header`,
  ENOTSUPP: (type) => `the kernel cannot run programs of type ${type} by hand`,
  EOPNOTSUPP: (type) => `the kernel cannot run programs of type ${type} by hand`,
}
