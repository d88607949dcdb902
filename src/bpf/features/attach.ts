/**
 * Probes of attach and link types. Where a hook can be asked for, it is asked of a place that there is not: a kernel that has the hook says so.
 *
 * @module
 */
import { assemble, exit, mov } from '../../asm/index.ts'
import { errnoName, NR, Pinned, syscall } from '../../sys/index.ts'
import {
  LinkCreate,
  LinkCreateKprobeMulti,
  LinkCreateNetfilter,
  LinkCreateUprobeMulti,
  ProgLoad,
  ProgQuery,
} from '../attrs/index.ts'
import { bpfReply } from '../call.ts'
import { type KernelTypes } from '../kernel-types.ts'
import { ATTACH_TYPES, PROGRAM_TYPES } from '../names.ts'
import { configured } from './explain.ts'
import { type Finding } from './outcome.ts'
import { probeTarget } from './programs.ts'
import { ATTACH_REQUIREMENTS } from './requirements.ts'

type AttachName = keyof typeof ATTACH_TYPES

const NOWHERE = 0xffff_ffff

/** Asks who is on a hook of a place that is not there: `EBADF` or `ENODEV` come from the hook, `EINVAL` from there being none. */
function query(attachType: AttachName): Finding {
  const { result } = bpfReply(ProgQuery, { targetFd: NOWHERE, attachType: ATTACH_TYPES[attachType] })
  const code = result < 0 ? errnoName(result) : 'ok'
  if (code === 'EPERM') return { refused: code }
  return code === 'EINVAL' ? 'no' : 'yes'
}

/** Attaches a program to something that cannot be: what comes back tells how far the kernel got. */
function attach(
  type: keyof typeof PROGRAM_TYPES,
  attachType: AttachName,
  known: string,
  link: (progFd: number) => number,
): Finding {
  const insns = assemble([mov('r0', 0), exit()])
  const { result: progFd } = bpfReply(ProgLoad, {
    progType: PROGRAM_TYPES[type],
    insns,
    insnCnt: insns.length / 8,
    license: 'GPL',
    expectedAttachType: ATTACH_TYPES[attachType],
  })
  if (progFd < 0) return errnoName(progFd) === 'EPERM' ? { refused: 'EPERM' } : 'no'
  try {
    const result = link(progFd)
    if (result >= 0) syscall(NR.close, result)
    const code = result < 0 ? errnoName(result) : 'ok'
    if (code === 'EPERM') return { refused: code }
    return code === known || code === 'ok' ? 'yes' : 'no'
  } finally {
    syscall(NR.close, progFd)
  }
}

const PAGE_ZERO = 8

/** Kernel symbols at an address where nothing can be read. */
const kprobeMulti = (attachType: AttachName): Finding =>
  attach('kprobe', attachType, 'EFAULT', (progFd) => {
    const attr = { progFd, attachType: ATTACH_TYPES[attachType], cnt: 1, syms: PAGE_ZERO }
    return bpfReply(LinkCreateKprobeMulti, attr).result
  })

/** A folder, which is no file to put probes into. */
const uprobeMulti = (attachType: AttachName): Finding =>
  attach('kprobe', attachType, 'EBADF', (progFd) => {
    const offsets = new Pinned(8)
    const attr = { progFd, attachType: ATTACH_TYPES[attachType], path: '/', offsets: offsets.address, cnt: 1 }
    return bpfReply(LinkCreateUprobeMulti, attr).result
  })

const tracing = (attachType: AttachName): Finding => probeTarget('tracing', attachType)

/** The ways to find out, by attach type; what is not here is asked of the kernel's own list of names. */
const PROBES: Readonly<Partial<Record<AttachName, (attachType: AttachName) => Finding>>> = {
  perf_event: () =>
    attach('kprobe', 'cgroup_inet_ingress', 'EBADF', (progFd) => {
      const attr = { progFd, targetFd: NOWHERE, attachType: ATTACH_TYPES.perf_event }
      return bpfReply(LinkCreate, attr).result
    }),
  trace_raw_tp: tracing,
  trace_fentry: tracing,
  trace_fexit: tracing,
  modify_return: tracing,
  trace_iter: tracing,
  trace_fsession: tracing,
  lsm_mac: (attachType) => probeTarget('lsm', attachType),
  trace_kprobe_multi: kprobeMulti,
  trace_kprobe_session: kprobeMulti,
  trace_uprobe_multi: uprobeMulti,
  trace_uprobe_session: uprobeMulti,
  netfilter: (attachType) =>
    // 255 is no family.
    attach('netfilter', attachType, 'EAFNOSUPPORT', (progFd) => {
      const attr = { progFd, attachType: ATTACH_TYPES[attachType], pf: 255, priority: 1 }
      return bpfReply(LinkCreateNetfilter, attr).result
    }),
}

/** The hooks that can be asked who is on them. */
const QUERIED = /^(cgroup_|lsm_cgroup$|tcx_|netkit_|sk_skb_|sk_msg_|flow_dissector$|sk_lookup$|lirc_mode2$)/

/** The names that the kernel has in one of its enumerations; undefined where it was built without BTF. */
export function enumerators(kernel: KernelTypes, name: string): ReadonlySet<string> | undefined {
  try {
    const found = kernel.vmlinux.find(name, 'enum')
    return found?.kind === 'enum' ? new Set(found.values.map((value) => value.name)) : undefined
  } catch {
    return undefined
  }
}

/** Whether there is an attach type: by asking the hook, else by the kernel's own list and what it is built with. */
export function probeAttachType(kernel: KernelTypes, attachType: AttachName): Finding {
  const { config = [] } = ATTACH_REQUIREMENTS[attachType]
  if (config.some((option) => configured(option) === false)) return 'no'
  const probe = PROBES[attachType] ?? (QUERIED.test(attachType) ? query : undefined)
  if (probe) return probe(attachType)
  const names = enumerators(kernel, 'bpf_attach_type')
  if (!names) return { refused: 'ENOENT' }
  return names.has(`BPF_${attachType.toUpperCase()}`) ? 'yes' : 'no'
}
