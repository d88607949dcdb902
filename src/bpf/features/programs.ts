/**
 * Probes of program types and of the helpers that each may call: the smallest program of the type is loaded, or refused.
 *
 * @module
 */
import { assemble, call, exit, type HelperName, type Instruction, mov } from '../../asm/index.ts'
import { errnoName, NR, syscall } from '../../sys/index.ts'
import { ProgLoad } from '../attrs/index.ts'
import { bpfReply } from '../call.ts'
import { linuxVersion } from '../collection/kconfig.ts'
import { textOf } from '../fields.ts'
import { ATTACH_TYPES, type AttachType, numberOf, PROGRAM_TYPES, type ProgramType } from '../names.ts'
import { type Finding } from './outcome.ts'

/** What the smallest program of a type has to say of itself, where it is not enough to be one. */
interface Smallest {
  readonly attachType?: AttachType
  readonly flags?: number
  /** It is written for something, which is wrong here: type 1 of the kernel is no function. */
  readonly targeted?: true
}

const BPF_F_SLEEPABLE = 1 << 4

const SMALLEST: Readonly<Partial<Record<keyof typeof PROGRAM_TYPES, Smallest>>> = {
  cgroup_sock_addr: { attachType: 'cgroup_inet4_connect' },
  cgroup_sockopt: { attachType: 'cgroup_getsockopt' },
  sk_lookup: { attachType: 'sk_lookup' },
  netfilter: { attachType: 'netfilter' },
  syscall: { flags: BPF_F_SLEEPABLE },
  tracing: { attachType: 'trace_raw_tp', targeted: true },
  lsm: { attachType: 'lsm_mac', targeted: true },
  struct_ops: { targeted: true },
  ext: { targeted: true },
}

const LOG_SIZE = 4096
const LOG = new Uint8Array(LOG_SIZE)

/** What the kernel said to a program: the name of its error, and the verifier's words. */
interface Said {
  readonly code: string
  readonly log: string
}

/** Loads a program of the type and lets it go again. */
function tryLoad(type: ProgramType, instructions: readonly Instruction[], hook?: AttachType): Said {
  const { attachType: own, flags, targeted } = (typeof type === 'string' && SMALLEST[type]) || ({} as Smallest)
  const attachType = hook ?? own
  const insns = assemble(instructions)
  LOG.fill(0, 0, 1)
  const { result } = bpfReply(ProgLoad, {
    progType: numberOf(PROGRAM_TYPES, type),
    insns,
    insnCnt: insns.length / 8,
    license: 'GPL',
    progFlags: flags,
    kernVersion: linuxVersion(),
    expectedAttachType: attachType === undefined ? 0 : numberOf(ATTACH_TYPES, attachType),
    attachBtfId: targeted && 1,
    logBuf: LOG,
    logSize: LOG_SIZE,
    logLevel: 1,
  })
  if (result < 0) return { code: errnoName(result), log: textOf(LOG) }
  syscall(NR.close, result)
  return { code: 'ok', log: '' }
}

const NOTHING = [mov('r0', 0), exit()]

/** Whether programs of a type can be loaded. */
export function probeProgramType(type: ProgramType): Finding {
  const { code, log } = tryLoad(type, NOTHING)
  // A type that the kernel does not have is refused before the verifier has anything to say.
  if (code === 'ok' || log !== '') return 'yes'
  if (code === 'EPERM') return { refused: code }
  // A table of another program, or of the kernel: not this one, but there are such.
  return code === 'ENOTSUPP' ? 'yes' : 'no'
}

/** Whether programs of a type can be written for an attach type that goes onto a function of the kernel. */
export function probeTarget(type: ProgramType, attachType: AttachType): Finding {
  const { code, log } = tryLoad(type, NOTHING, attachType)
  if (code === 'EPERM') return { refused: code }
  // Type 1 is none, says who knows what it should be.
  return /attach_btf_id 1 is not a/.test(log) ? 'yes' : 'no'
}

/** The verifier's words for a helper that does not exist, or is not for this type. */
const NO_HELPER = /invalid func |unknown func |cannot use helper /

/** Whether programs of a type may call a helper. Types that are for something in particular have to be loaded for it: they cannot be asked. */
export function probeHelper(type: ProgramType, helper: HelperName | number): Finding {
  if (typeof type === 'string' && SMALLEST[type]?.targeted) return { refused: 'EINVAL' }
  const { code, log } = tryLoad(type, [call(helper), mov('r0', 0), exit()])
  if (code === 'ok') return 'yes'
  if (log === '') return code === 'EPERM' ? { refused: code } : 'no'
  return NO_HELPER.test(log) ? 'no' : 'yes'
}
