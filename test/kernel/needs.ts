/**
 * What a test needs of the machine, decided by asking the machine.
 *
 * ```ts
 * test('creates a pair', needs('netkit'), () => { … })
 * describe('kprobes', needs('kprobes'), () => { … })
 * ```
 *
 * Where something is missing the tests are skipped and the reason travels with them; the runner holds each reason
 * against `test/matrix.ts`, which says what every kernel of the matrix must be able to do.
 */
import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import type {} from 'vitest' // what `meta` holds is declared below
import { Lab, run } from './lab.ts'

/** What can be asked for by a plain name. */
const named = {
  root: () => process.getuid?.() === 0 || 'not root',
  netkit: () => kind('netkit'),
  tcx: () => btf('tcx_link_attach'),
  /** A kernel that has not broken: what a task held that died in the kernel (TAINT_DIE) is held for ever, and who waits for it cannot be killed. */
  sound: () => (Number(readFileSync('/proc/sys/kernel/tainted', 'utf8')) & 128) === 0 || 'this kernel has oopsed',
  btf: () => has('/sys/kernel/btf/vmlinux'),
  bpffs: () => mounted('bpf', '/sys/fs/bpf'),
  cgroup2: () => mounted('cgroup2', '/sys/fs/cgroup'),
  tracefs: () => has('/sys/kernel/tracing/events'),
  kprobes: () => has('/sys/bus/event_source/devices/kprobe'),
  uprobes: () => has('/sys/bus/event_source/devices/uprobe'),
  tracepoints: () => has('/sys/bus/event_source/devices/tracepoint'),
  ipv6: () => has('/proc/net/if_inet6'),
  /** A bridge that knows VLANs (`CONFIG_BRIDGE_VLAN_FILTERING`). */
  'bridge:vlan': () => {
    using lab = Lab.create('needs')
    const made = run(`ip -n ${lab.name} link add probe type bridge vlan_filtering 1`, { mayFail: true })
    return made.status === 0 || `the bridge has no VLANs: ${made.stderr.trim()}`
  },
  /** Rules with masks of ports and DSCP, and with flow labels: of `ip` (iproute2 ≥ 6.15) and of the kernel. */
  'rule:masks': () => {
    using lab = Lab.create('needs')
    const made = run(`ip -n ${lab.name} rule add dscp 8/0x3c lookup 7`, { mayFail: true })
    return made.status === 0 || `no masks in rules: ${made.stderr.trim()}`
  },
  /** An `ip` that prints and takes what is particular to netkit. */
  'ip:netkit': () => {
    const help = run('ip link help netkit', { mayFail: true })
    return /blackhole/.test(help.stderr + help.stdout) || 'this `ip` does not know netkit (iproute2 ≥ 6.8)'
  },
} satisfies Record<string, Probe>

/** True, or the reason why not. */
type Probe = () => true | string

/**
 * A thing that a test can need: a name of the table above, a link kind that can be created (`kind:dummy`), a module
 * that can be loaded or is built in (`module:sch_netem`), the words for a link that both `ip` and the kernel understand
 * (`link:type vxlan id 5 localbypass`), a name that the kernel's BTF knows (`btf:bpf_arena_alloc_pages`),
 * a command on the search path (`command:strace`), a header of a C library (`header:bpf/libbpf.h`), or the lack of one
 * of these (`no:netkit`).
 */
export type Capability =
  | keyof typeof named
  | `kind:${string}`
  | `link:${string}`
  | `module:${string}`
  | `qdisc:${string}`
  | `filter:${string}`
  | `action:${string}`
  | `tc:${string}`
  | `btf:${string}`
  | `command:${string}`
  | `header:${string}`
  | `no:${string}`

/** What `meta` of a skipped test says. */
export interface Lack {
  readonly capability: string
  readonly reason: string
}

const answers = new Map<Capability, true | string>()

/** Says whether the machine can do a thing: true, or the reason why not. Each is asked once. */
export function can(capability: Capability): true | string {
  let answer = answers.get(capability)
  if (answer === undefined) answers.set(capability, (answer = ask(capability)))
  return answer
}

/** The capabilities of these that the machine lacks. */
export function lacks(...capabilities: readonly Capability[]): Lack[] {
  const missing: Lack[] = []
  for (const capability of capabilities) {
    const answer = can(capability)
    if (answer === true) continue
    missing.push({ capability, reason: answer })
    if (capability === 'root') break // without root the other probes say nothing true
  }
  return missing
}

/** Options for `test` and `describe`: skipped, with the reason, unless this is root on a machine that has all of these. */
export function needs(...capabilities: readonly Capability[]): { skip: boolean; meta: { lacks: Lack[] } } {
  const missing = lacks('root', ...capabilities)
  return { skip: missing.length > 0, meta: { lacks: missing } }
}

declare module 'vitest' {
  interface TaskMeta {
    lacks?: readonly Lack[]
  }
}

function ask(capability: Capability): true | string {
  const colon = capability.indexOf(':')
  if (Object.hasOwn(named, capability)) return named[capability as keyof typeof named]()
  const what = capability.slice(colon + 1)
  switch (capability.slice(0, colon)) {
    case 'kind':
      return kind(what)
    case 'link':
      return link(what)
    case 'module':
      return module(what)
    case 'qdisc':
    case 'filter':
    case 'action':
      return traffic(capability.slice(0, colon), what)
    case 'tc':
      return words(what)
    case 'btf':
      return btf(what)
    case 'command':
      return command(what)
    case 'header':
      return has(`/usr/include/${what}`)
    case 'no':
      return can(what as Capability) !== true || `this machine has ${what}`
    default:
      throw new TypeError(`no such capability: ${capability}`)
  }
}

const has: (path: string) => true | string = (path) => existsSync(path) || `no ${path}`

function mounted(type: string, path: string): true | string {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  return mounts.some((line) => line.split(' ')[1] === path && line.split(' ')[2] === type) || `no ${type} on ${path}`
}

function command(name: string): true | string {
  const dirs = (process.env['PATH'] ?? '').split(':')
  return dirs.some((dir) => existsSync(`${dir}/${name}`)) || `no ${name} on the search path`
}

/** Loaded, built in, or to be loaded on demand: `modprobe` itself need not be installed. */
function module(name: string): true | string {
  const plain = name.replaceAll('-', '_')
  if (existsSync(`/sys/module/${plain}`)) return true
  const lists = ['modules.dep', 'modules.builtin'].map((list) => `/lib/modules/${release()}/${list}`)
  const text = lists.map((list) => (existsSync(list) ? readFileSync(list, 'utf8') : '')).join('\n')
  return text.replaceAll('-', '_').includes(`/${plain}.ko`) || `no module ${name}`
}

let vmlinux: Buffer | undefined

/** The strings of the kernel's own type information: every type, member, enumerator and function has its name there. */
function btf(name: string): true | string {
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'no /sys/kernel/btf/vmlinux'
  vmlinux ??= readFileSync('/sys/kernel/btf/vmlinux')
  return vmlinux.includes(`\0${name}\0`) || `the kernel's BTF does not know ${name}`
}

/** What some kinds must be told to be created at all; `lower` is a veth that the probe makes. */
const kindArguments: Record<string, string> = {
  vlan: 'id 5',
  vxlan: 'id 5 dstport 4789',
  geneve: 'id 5 remote 192.0.2.1',
  gretap: 'remote 192.0.2.1 local 192.0.2.2',
  gre: 'remote 192.0.2.1 local 192.0.2.2',
  ip6gre: 'remote 2001:db8::1 local 2001:db8::2',
  erspan: 'remote 192.0.2.1 local 192.0.2.2 seq key 1 erspan_ver 1',
  vti: 'remote 192.0.2.1 local 192.0.2.2 key 1',
  xfrm: 'dev lower if_id 5',
  vrf: 'table 5',
  bareudp: 'dstport 6635 ethertype mpls_uc',
}
const stacked = new Set(['vlan', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'macsec'])

/** Creates a device of the kind in a namespace of its own: the only sure way to know, as the module loads on demand. */
function kind(name: string): true | string {
  using lab = Lab.create('needs')
  const lower = stacked.has(name) || kindArguments[name]?.includes('lower') === true
  if (lower) lab.ip('link add lower type veth peer name upper')
  const link = stacked.has(name) ? 'link lower' : ''
  const add = `-n ${lab.name} link add ${link} name probe type ${name} ${kindArguments[name] ?? ''}`
  const made = run(`ip ${add}`, { mayFail: true, timeout: 20_000 })
  if (made.status === 0) return true
  if (/Unknown device type|not supported/i.test(made.stderr)) return `no link kind ${name}: ${made.stderr.trim()}`
  throw new Error(`cannot tell whether the kernel has link kind ${name}: ip ${add}: ${made.stderr.trim()}`)
}

/** Whether `tc` knows a word of a qdisc or a filter: `fq weights`. */
function words(what: string): true | string {
  const [kind = '', word = ''] = what.split(' ')
  const help = ['qdisc', 'filter'].map((object) => run(`tc ${object} add ${kind} help`, { mayFail: true }))
  return help.some(({ stdout, stderr }) => (stdout + stderr).includes(word)) || `this \`tc\` does not know ${what}`
}

/** What some kinds of the traffic control must be told to be made at all. */
const trafficArguments: Record<string, readonly string[]> = {
  'qdisc tbf': ['rate', '1mbit', 'burst', '10k', 'limit', '10k'],
  'filter u32': ['match', 'u32', '0', '0'],
  'filter bpf': ['bytecode', '1,6 0 0 0,'],
  'action gact': ['drop'],
  'action mirred': ['egress', 'redirect', 'dev', 'lo'],
  'action skbedit': ['mark', '1'],
  'action vlan': ['pop'],
  'action police': ['rate', '1mbit', 'burst', '10k'],
  'action bpf': ['bytecode', '1,6 0 0 0,'],
  'action csum': ['ip4h'],
  'action tunnel_key': ['unset'],
  'action ct': ['clear'],
}
const ownPlace: Record<string, string> = { clsact: 'clsact', ingress: 'ingress' }

/** Makes one in a namespace of its own, as the module loads on demand. */
function traffic(object: string, name: string): true | string {
  using lab = Lab.create('needs')
  const told = trafficArguments[`${object} ${name}`] ?? []
  if (object === 'filter') lab.exec('tc qdisc add dev lo clsact', { mayFail: true })
  const add: Record<string, string[]> = {
    qdisc: ['qdisc', 'add', 'dev', 'lo', ...(ownPlace[name] === undefined ? ['root'] : []), name],
    filter: ['filter', 'add', 'dev', 'lo', 'ingress', name],
    action: ['actions', 'add', 'action', name],
  }
  const made = lab.exec(['tc', ...add[object]!, ...told], { mayFail: true })
  const said = (made.stderr + made.stdout).trim()
  // what the kernel knows it may refuse for what it was told
  if (made.status === 0 || /Invalid argument/.test(said)) return true
  if (/kind is unknown|not found|Failed to load|No such file|not supported/i.test(said))
    return `no ${object} ${name}: ${said.split('\n', 1)[0]}`
  throw new Error(`cannot tell whether the kernel has ${object} ${name}: ${said}`)
}

/** Creates a device by these words, over a `lower` that is there: what an older `ip` or kernel does not know, it refuses. */
function link(words: string): true | string {
  using lab = Lab.create('needs')
  lab.ip('link add lower type veth peer name upper')
  const made = run(`ip -n ${lab.name} link add name probe ${words}`, { mayFail: true, timeout: 20_000 })
  return made.status === 0 || `no link ${words}: ${made.stderr.trim().split('\n', 1)[0]}`
}
