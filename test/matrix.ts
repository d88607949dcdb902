/**
 * What each kernel of the matrix must be able to do.
 *
 * A test that is skipped in the machine names what the kernel lacked. Here stands what it may lack; any other skip is a
 * test that should have run, and fails the run. A capability without a row is one that every kernel must have.
 */
import { compareVersions } from './vm/versions.ts'
import { reasonOf, type SkippedTest } from './suite-vitest.ts'

/** One capability that not every kernel has. */
export interface Row {
  /** As a test names it in `needs`. */
  readonly capability: string
  /** The first minor that has it; absent: none has. */
  readonly since?: string
  /** Why none has it. */
  readonly because?: string
}

const cloud = "Debian's cloud kernel is built without it"

/** What not every kernel of the matrix has. */
export const rows: readonly Row[] = [
  // netkit: 6.12's stable series has scrub since 6.12.5
  { capability: 'btf:IFLA_NETKIT_HEADROOM', since: '6.14' },
  { capability: 'btf:IFLA_NETKIT_TAILROOM', since: '6.14' },
  { capability: 'btf:IFLA_NETKIT_PAIRING', since: '7.1' },
  { capability: 'btf:netdev_nl_queue_create_doit', since: '7.1' },
  { capability: 'rule:masks', since: '6.15' },
  // bpf(2)
  { capability: 'btf:BPF_PROG_STREAM_READ_BY_FD', since: '6.17' },
  { capability: 'btf:bpf_stream_vprintk_impl', since: '6.18' },
  { capability: 'btf:BPF_TRACE_UPROBE_SESSION', since: '6.13' },
  { capability: 'btf:BPF_F_RB_OVERWRITE', since: '6.19' },
  { capability: 'btf:BPF_TRACE_FSESSION', since: '7.0' },
  { capability: 'btf:bpf_tracing_multi_attach', since: '7.2' },
  { capability: 'btf:BPF_MAP_TYPE_INSN_ARRAY', since: '6.19' },
  { capability: 'btf:BPF_PROG_ASSOC_STRUCT_OPS', since: '7.0' },
  { capability: 'btf:BPF_F_CPU', since: '7.0' },
  { capability: 'btf:bpf_common_attr', since: '7.1' },
  { capability: 'btf:BPF_MAP_TYPE_RHASH', since: '7.2' },
  // devices and modules
  ...['vcan', 'vxcan', 'bareudp', 'netdevsim', 'hsr', 'amt', 'gtp', 'batadv', 'dsa'].map((kind) => ({
    capability: `kind:${kind}`,
    because: cloud,
  })),
  { capability: 'module:netdevsim', because: cloud },
]

/** Programs that come with the machine; any other is the host's, and may be missing there. */
const ownPrograms = new Set(['ip', 'tc', 'bridge', 'ss', 'devlink', 'genl', 'nstat', 'ping', 'bpftool', 'strace'])

/** Says whether a kernel of this minor must have a capability. */
export function mustHave(capability: string, minor: string): boolean {
  const [, command] = /^command:(.*)/.exec(capability) ?? []
  if (command !== undefined) return ownPrograms.has(command)
  if (capability.startsWith('header:')) return false // the host's, too: nothing has to be compiled in the machine
  const [, absent] = /^no:(.*)/.exec(capability) ?? []
  if (absent !== undefined) return !mustHave(absent, minor)
  const row = rows.find((candidate) => candidate.capability === capability)
  if (row === undefined) return true
  return row.since !== undefined && compareVersions(minor, row.since) >= 0
}

/** The tests that were skipped on a kernel of this minor and should have run, each with why that is wrong. */
export function wrongSkips(skipped: readonly SkippedTest[], minor: string): string[] {
  return skipped.flatMap((test) => {
    if (test.lacks.length === 0) return [`${test.name}: skipped, and the test gives no reason`]
    const wrong = test.lacks.filter(({ capability }) => mustHave(capability, minor))
    if (wrong.length < test.lacks.length) return [] // one thing that it may lack is enough
    return [`${test.name}: skipped on ${minor} (${reasonOf(test)}), but test/matrix.ts says that ${minor} has this`]
  })
}
