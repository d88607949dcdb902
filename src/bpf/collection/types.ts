/**
 * The object's own types in the kernel (`BPF_BTF_LOAD`).
 *
 * @module
 */
import { type BtfBuilder, sanitize } from '../../btf/index.ts'
import { errnoName, Fd, KernelError } from '../../sys/index.ts'
import { BtfLoad } from '../attrs/index.ts'
import { bpfReply } from '../call.ts'
import { textOf } from '../fields.ts'
import { missingCapabilities } from '../privileges.ts'

/** The kernel refused the types of an object. */
export class BtfLoadError extends KernelError {
  override readonly name: string = 'BtfLoadError'
  /** Everything that the kernel wrote. */
  readonly log: string

  constructor(errno: number, log: string) {
    const lines = log.trim().split('\n')
    const detail = lines.at(-1) || undefined
    const hint = errnoName(errno) === 'EPERM' ? missingCapabilities(['CAP_BPF']) : undefined
    super({ errno, syscall: 'bpf(BPF_BTF_LOAD)', attempted: 'load the types of the object', detail, hint })
    this.log = log
  }
}

/** The object's types: in the kernel, or why they are not. Without them a program is refused only if it needs them. */
export type ObjectBtf = { readonly fd: Fd } | { readonly error: BtfLoadError } | undefined

const BPF_F_TOKEN_FD = 1 << 16
const LOG_SIZE = 64 * 1024

function load(btf: Uint8Array, tokenFd: number | undefined, log?: Uint8Array): number {
  return bpfReply(BtfLoad, {
    btf,
    btfSize: btf.length,
    ...(log && { btfLogBuf: log, btfLogSize: log.length, btfLogLevel: 1 }),
    ...(tokenFd !== undefined && { btfFlags: BPF_F_TOKEN_FD, btfTokenFd: tokenFd }),
  }).result
}

/** Loads the types, in a form for older kernels when this one refuses them as they are. */
export function loadObjectBtf(builder: BtfBuilder | undefined, tokenFd: number | undefined): ObjectBtf {
  if (!builder) return undefined
  const first = load(builder.build(), tokenFd)
  if (first >= 0) return { fd: Fd.own(first, 'the types of the object') }
  if (errnoName(first) !== 'EPERM') {
    // The one thing that kernels with netkit or tcx may not know: Linux 6.10 has it.
    const older = load(sanitize(builder, { datasecQuestionMark: false }).build(), tokenFd)
    if (older >= 0) return { fd: Fd.own(older, 'the types of the object') }
  }
  const log = new Uint8Array(LOG_SIZE)
  const again = load(builder.build(), tokenFd, log)
  if (again >= 0) return { fd: Fd.own(again, 'the types of the object') }
  return { error: new BtfLoadError(first, textOf(log)) }
}
