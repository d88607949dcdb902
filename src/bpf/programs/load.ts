/**
 * `BPF_PROG_LOAD`: from instructions to a program that the verifier has passed.
 *
 * @module
 */
import { assemble, type Instruction, slotsOf } from '../../asm/index.ts'
import { errnoName, type Fd, Fd as Owned } from '../../sys/index.ts'
import { ProgLoad } from '../attrs/index.ts'
import { checkReply, reply, type Steps } from '../call.ts'
import { type Input, textOf } from '../fields.ts'
import { ATTACH_TYPES, type AttachType, numberOf, objectName, PROGRAM_TYPES, type ProgramType } from '../names.ts'
import { type Capability, missingCapabilities } from '../privileges.ts'
import { VerifierError } from './errors.ts'
import { readVerifierStats, type VerifierSource, type VerifierStats } from './log.ts'

/** A program's type information, already in the kernel. */
export interface ProgramBtf {
  /** The descriptor of the BTF object. */
  readonly fd: number
  /** `struct bpf_func_info`, 8 bytes each. */
  readonly functions?: Uint8Array | undefined
  /** `struct bpf_line_info`, 16 bytes each. */
  readonly lines?: Uint8Array | undefined
}

/** What a tracing, LSM or extension program goes onto: a function by its BTF id, in vmlinux, a module or another program. */
export interface AttachTarget {
  /** `attach_btf_id`. */
  readonly btfId: number
  /** The module's BTF. */
  readonly btfFd?: number | undefined
  /** The program that is traced or extended. */
  readonly programFd?: number | undefined
}

/** What a program is made of. */
export interface ProgramOptions<T extends ProgramType = ProgramType> {
  /** `BPF_PROG_TYPE_*`. */
  readonly type: T
  /** The instructions, as data or as the bytes that the kernel takes. Descriptors of maps are in them already. */
  readonly instructions: readonly Instruction[] | Uint8Array
  /** The name, for errors and for tools such as `bpftool`. The kernel keeps 15 bytes of it; characters it refuses become `_`. */
  readonly name?: string | undefined
  /** The licence; some helpers need one that is compatible with the GPL. None unless said. */
  readonly license?: string | undefined
  /** `expected_attach_type`: the hook it is written for. A `prog_array` only takes programs of one and the same. */
  readonly attachType?: AttachType | undefined
  /** Which function it goes onto. */
  readonly target?: AttachTarget | undefined
  /** `BPF_F_*` flags of the program. */
  readonly flags?: number | undefined
  /** The interface that a device-bound program is for. */
  readonly ifindex?: number | undefined
  /** `KERNEL_VERSION(...)`, which kprobes needed before Linux 5.0. */
  readonly kernelVersion?: number | undefined
  readonly btf?: ProgramBtf | undefined
  /** Descriptors that instructions refer to by index: maps, and the BTF of modules that kfuncs are in. */
  readonly fdArray?: readonly number[] | undefined
  /** The descriptor of a `Token`, which stands in for capabilities. Requires Linux 6.9. */
  readonly tokenFd?: number | undefined
  /**
   * What the verifier writes also when it passes the program: a level (1 the path, 2 all states, 4 statistics, added up).
   * When it refuses a program its log is fetched in any case.
   */
  readonly logLevel?: number | undefined
  /** Asked when the verifier refuses the program: what the instruction in a slot stands for, where its words do not say. */
  readonly explain?: ((slot: number) => string | undefined) | undefined
}

/** A program as loaded. */
export interface Loaded {
  readonly fd: Fd
  /** The verifier's log, where one was asked for. */
  readonly log: string
  readonly stats: VerifierStats | undefined
}

const BPF_F_TOKEN_FD = 1 << 16
const FIRST_LOG = 64 * 1024
const LARGEST_LOG = 64 * 1024 * 1024
/** `BPF_LOG_LEVEL1`: the path up to the failure. */
const PATH = 1
/** `BPF_LOG_LEVEL`: the path, and all states. */
const WORDS = 3

/** Loads a program, asking again with a log when the kernel refuses it. */
export function* loading(options: ProgramOptions): Steps<Loaded> {
  const name = options.name ?? ''
  const level = options.logLevel ?? 0
  const attr = programAttr(options)
  const first = level > 0 ? undefined : (yield* reply(ProgLoad, attr)).result
  if (first !== undefined && first >= 0) return { fd: Owned.own(first, titleOf(name)), log: '', stats: undefined }
  // For want of a privilege there is no log; EPERM in spite of it is the verifier's.
  if (first !== undefined && errnoName(first) === 'EPERM' && HINTS['EPERM']?.(options)) refuse(first, options)

  let { result, log } = yield* withLog(attr, level || PATH)
  // Statistics alone do not tell which instruction was refused.
  if (result < 0 && level > 0 && (level & WORDS) === 0) ({ result, log } = yield* withLog(attr, level | PATH))
  if (result >= 0) return { fd: Owned.own(result, titleOf(name)), log, stats: readVerifierStats(log) }
  // A log that outgrew its buffer turns every answer into ENOSPC: what counts is what the kernel said without one.
  const errno = first ?? result
  if (log.trim() === '') refuse(errno, options)
  throw new VerifierError({
    errno,
    program: name,
    log,
    sourceOf: sourceFinder(options.instructions),
    explain: options.explain,
  })
}

const titleOf = (name: string): string => `program ${JSON.stringify(name)}`

/** Loads with a log buffer that grows until the log fits. */
function* withLog(attr: Input<typeof ProgLoad.fields>, logLevel: number): Steps<{ result: number; log: string }> {
  for (let size = FIRST_LOG; ;) {
    const buffer = new Uint8Array(size)
    const { result, out } = yield* reply(ProgLoad, { ...attr, logLevel, logSize: size, logBuf: buffer })
    // Before 6.4 nothing tells the log's true size; ENOSPC does, unless the verifier's EFAULT came first.
    const short = out.logTrueSize > size || (result < 0 && errnoName(result) === 'ENOSPC')
    if (!short || size >= LARGEST_LOG) return { result, log: textOf(buffer) }
    size = Math.min(Math.max(out.logTrueSize, size * 4), LARGEST_LOG)
  }
}

function programAttr(options: ProgramOptions): Input<typeof ProgLoad.fields> {
  const { instructions, btf, target, fdArray, tokenFd } = options
  const code = instructions instanceof Uint8Array ? instructions : assemble(instructions)
  return {
    progType: numberOf(PROGRAM_TYPES, options.type),
    insns: code,
    insnCnt: code.length / 8,
    license: options.license ?? '',
    progName: objectName(options.name ?? ''),
    progFlags: (options.flags ?? 0) | (tokenFd === undefined ? 0 : BPF_F_TOKEN_FD),
    progIfindex: options.ifindex,
    kernVersion: options.kernelVersion,
    expectedAttachType: options.attachType === undefined ? 0 : numberOf(ATTACH_TYPES, options.attachType),
    progTokenFd: tokenFd,
    ...(target && { attachBtfId: target.btfId }),
    ...(target?.btfFd !== undefined && { attachBtfObjFd: target.btfFd }),
    ...(target?.programFd !== undefined && { attachProgFd: target.programFd }),
    ...(fdArray && fdArray.length > 0 && { fdArray: new Uint8Array(Int32Array.from(fdArray).buffer) }),
    ...(btf && { progBtfFd: btf.fd }),
    ...(btf?.functions && records('funcInfo', btf.functions, 8)),
    ...(btf?.lines && records('lineInfo', btf.lines, 16)),
  }
}

const records = (field: 'funcInfo' | 'lineInfo', bytes: Uint8Array, size: number): Input<typeof ProgLoad.fields> =>
  bytes.length === 0 ? {} : { [field]: bytes, [`${field}RecSize`]: size, [`${field}Cnt`]: bytes.length / size }

/** The line of source that instructions as data carry with them. */
function sourceFinder(instructions: ProgramOptions['instructions']): (slot: number) => VerifierSource | undefined {
  return (slot) => {
    if (instructions instanceof Uint8Array) return undefined
    let at = 0
    let source: VerifierSource | undefined
    for (const instruction of instructions) {
      if (at > slot) break
      source = instruction.source ?? source
      at += slotsOf(instruction)
    }
    return source
  }
}

/** Program types beside those that only need CAP_BPF. */
const TRACING = /^(kprobe|tracepoint|perf_event|raw_tracepoint(_writable)?|tracing|lsm|struct_ops|ext)$/
const NETWORK =
  /^(sched_.*|xdp|lwt_.*|sk_skb|sk_msg|flow_dissector|cgroup_(device|sock|sock_addr|sockopt|sysctl)|sock_ops|ext|netfilter)$/

/** The remedy of an error without a log: one row each. */
const HINTS: Readonly<Record<string, (options: ProgramOptions) => string | undefined>> = {
  EPERM: ({ type }) => {
    const needed: Capability[] = ['CAP_BPF']
    if (TRACING.test(String(type))) needed.push('CAP_PERFMON')
    if (NETWORK.test(String(type))) needed.push('CAP_NET_ADMIN')
    return missingCapabilities(needed)
  },
  EINVAL: ({ type, attachType, license }) =>
    `the kernel wrote no log: it does not know program type ${type}${attachType === undefined ? '' : `, attach type ${attachType}`} ` +
    `or one of the flags, or asks for a licence that is compatible with the GPL (here ${JSON.stringify(license ?? '')})`,
  E2BIG: () => 'the program is over a million instructions, or this kernel is older than a field that is set',
  EBADF: () => 'a descriptor of a map, of BTF or of the target program is not open, or of another kind',
  ENOENT: () => 'the target of the attachment is not in the BTF that was named',
}

function refuse(errno: number, options: ProgramOptions): void {
  checkReply(ProgLoad, errno, (code) => ({
    attempted: `load program ${JSON.stringify(options.name ?? '')}`,
    hint: HINTS[code]?.(options),
  }))
}
