/**
 * Attaching a whole object by what its sections say.
 *
 * @module
 */
import { type ProgramSpec } from '../../elf/index.ts'
import { type FileRef } from '../files.ts'
import { CgroupLink, type CgroupProgramType } from '../links/cgroup.ts'
import { Attachments } from '../links/attachments.ts'
import { IterLink } from '../links/iter.ts'
import { KprobeLink } from '../links/kprobe.ts'
import { KprobeMultiLink } from '../links/kprobe-multi.ts'
import { type Link } from '../links/link.ts'
import { NetkitLink } from '../links/netkit.ts'
import { NetnsLink, type NetnsProgramType } from '../links/netns.ts'
import { RawTracepointLink, type RawTracepointProgramType } from '../links/raw-tracepoint.ts'
import { TcxLink } from '../links/tcx.ts'
import { TracepointLink } from '../links/tracepoint.ts'
import { TracingLink, type TracingProgramType } from '../links/tracing.ts'
import { TracingMultiLink } from '../links/tracing-multi.ts'
import { UprobeLink } from '../links/uprobe.ts'
import { UprobeMultiLink } from '../links/uprobe-multi.ts'
import { attachUsdt } from '../links/usdt.ts'
import { XdpLink } from '../links/xdp.ts'
import { type ProgramType } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { ObjectError } from './errors.ts'
import { syscallPrefix } from './kallsyms.ts'

/** What sections do not say. */
export interface AttachAllOptions {
  /** The interface for programs of the network's hooks. */
  readonly ifindex?: number | undefined
  /** The cgroup for programs of cgroups. */
  readonly cgroup?: FileRef | undefined
  /** The network namespace for socket lookup and dissection; the caller's own unless said. */
  readonly netns?: FileRef | undefined
  /** How programs of some sections are attached, by the section's name in the table or in your `sections`; they go before what is known here. */
  readonly handlers?: Readonly<Record<string, (program: Program, spec: ProgramSpec) => Link>> | undefined
}

/** A program that is about to be attached. */
interface Attaching<T extends ProgramType = never> {
  readonly program: Program<T>
  readonly spec: ProgramSpec
  /** The options, which throw for one that is needed and not given. */
  readonly given: { readonly ifindex: number; readonly cgroup: FileRef; readonly netns: FileRef | undefined }
}

/** How programs of some sections are attached. */
interface Row {
  readonly fits: (spec: ProgramSpec) => boolean
  readonly attach: (attaching: Attaching) => Link | Attachments
}

const row = <T extends ProgramType>(
  fits: (spec: ProgramSpec) => boolean,
  attach: (attaching: Attaching<T>) => Link | Attachments,
): Row => ({ fits, attach: attach as (attaching: Attaching) => Link | Attachments })

const section =
  (...names: readonly string[]) =>
  (spec: ProgramSpec) =>
    names.includes(spec.row?.name ?? '')
const ofType =
  (...types: readonly ProgramType[]) =>
  (spec: ProgramSpec) =>
    types.includes(spec.type)
const hook = (prefix: string) => (spec: ProgramSpec) => String(spec.attachType).startsWith(prefix)
const returns = (spec: ProgramSpec): boolean => /^(kret|uret)/.test(spec.row?.name ?? '')

/** `function+offset`, in decimal or hexadecimal. */
function split(target: string): { symbol: string; offset: number } {
  const [, symbol = target, offset = '0'] = /^(.*?)\+(0x[0-9a-f]+|\d+)$/i.exec(target) ?? []
  return { symbol, offset: Number(offset) }
}

/** `path:function`, as sections of probes in user space have it. */
function splitPath({ attachTo, name }: ProgramSpec): { path: string; rest: string } {
  const [, path, rest] = /^(.+):([^:]+)$/.exec(attachTo) ?? []
  if (path && rest) return { path, rest }
  throw new ObjectError(`program ${name}: ${JSON.stringify(attachTo)} is no path:function`, { program: name })
}

/** `path:provider:name`, as sections of probes that are defined in the source have it. */
function splitProbe({ attachTo, name }: ProgramSpec): { path: string; provider: string; probe: string } {
  const [, path, provider, probe] = /^(.+):([^:]+):([^:]+)$/.exec(attachTo) ?? []
  if (path && provider && probe) return { path, provider, probe }
  throw new ObjectError(`program ${name}: ${JSON.stringify(attachTo)} is no path:provider:name`, { program: name })
}

/** The function of a system call: `__x64_sys_read` where the kernel wraps them. */
const syscallFunction = (name: string): string => `${syscallPrefix() ?? 'sys_'}${name}`

/** Sections of programs that go onto many functions by their types. */
const TRACING_MULTI = ['fentry', 'fexit', 'fsession'].flatMap((name) => [`${name}.multi`, `${name}.multi.s`])

/** One row for each way, in the order in which they are tried. */
const ROWS: readonly Row[] = [
  row<'kprobe'>(section('kprobe', 'kretprobe'), ({ program, spec }) =>
    KprobeLink.attach(program, { ...split(spec.attachTo), return: returns(spec) }),
  ),
  row<'kprobe'>(section('ksyscall', 'kretsyscall'), ({ program, spec }) =>
    KprobeLink.attach(program, { symbol: syscallFunction(spec.attachTo), return: returns(spec) }),
  ),
  row<'kprobe'>(section('uprobe', 'uprobe.s', 'uretprobe', 'uretprobe.s'), ({ program, spec }) => {
    const { path, rest } = splitPath(spec)
    return UprobeLink.attach(program, { path, ...split(rest), return: returns(spec) })
  }),
  row<'kprobe'>(section('kprobe.multi', 'kretprobe.multi', 'kprobe.session'), ({ program, spec }) =>
    KprobeMultiLink.attach(program, { pattern: spec.attachTo, return: returns(spec) }),
  ),
  row<'kprobe'>(hook('trace_uprobe_'), ({ program, spec }) => {
    const { path, rest } = splitPath(spec)
    return UprobeMultiLink.attach(program, { path, pattern: rest, return: returns(spec) })
  }),
  row<'kprobe'>(section('usdt', 'usdt.s'), ({ program, spec }) => {
    const { path, provider, probe } = splitProbe(spec)
    return attachUsdt(program, { path, provider, name: probe })
  }),
  row<'tracepoint'>(ofType('tracepoint'), ({ program, spec }) =>
    TracepointLink.attach(program, { name: spec.attachTo }),
  ),
  row<RawTracepointProgramType>(ofType('raw_tracepoint', 'raw_tracepoint_writable'), ({ program, spec }) =>
    RawTracepointLink.attach(program, { name: spec.attachTo }),
  ),
  row<'tracing'>(hook('trace_raw_tp'), ({ program }) => RawTracepointLink.attach(program)),
  row<'tracing'>(hook('trace_iter'), ({ program }) => IterLink.attach(program)),
  row<'lsm'>(hook('lsm_cgroup'), ({ program, given }) => CgroupLink.attach(program, { cgroup: given.cgroup })),
  row<'tracing'>(section(...TRACING_MULTI), ({ program, spec }) =>
    TracingMultiLink.attach(program, { pattern: spec.attachTo }),
  ),
  row<TracingProgramType>(ofType('tracing', 'lsm', 'ext'), ({ program }) => TracingLink.attach(program)),
  row<'sched_cls'>(hook('tcx_'), ({ program, given }) => TcxLink.attach(program, { ifindex: given.ifindex })),
  row<'sched_cls'>(hook('netkit_'), ({ program, given }) => NetkitLink.attach(program, { ifindex: given.ifindex })),
  row<'xdp'>(section('xdp', 'xdp.frags'), ({ program, given }) => XdpLink.attach(program, { ifindex: given.ifindex })),
  row<NetnsProgramType>(ofType('sk_lookup', 'flow_dissector'), ({ program, given }) =>
    NetnsLink.attach(program, { netns: given.netns }),
  ),
  row<CgroupProgramType>(
    (spec) => spec.attachType !== undefined && /^(cgroup_|sock_ops)/.test(String(spec.type)),
    ({ program, given }) => CgroupLink.attach(program, { cgroup: given.cgroup }),
  ),
]

/** Attaches a program by what its section says: its links by name.  @throws ObjectError when that is not enough. */
export function attachBySection(
  program: Program,
  spec: ProgramSpec,
  options: AttachAllOptions,
): readonly (readonly [name: string, link: Link])[] {
  const place = { program: spec.name }
  const handler = options.handlers?.[spec.row?.name ?? '']
  if (handler) return [[spec.name, handler(program, spec)]]
  const wayOf = ROWS.find(({ fits }) => fits(spec))
  if (!wayOf) {
    throw new ObjectError(`program ${spec.name}: section ${JSON.stringify(spec.section)} does not say how it is attached`, place) // prettier-ignore
  }
  const need = <K extends 'ifindex' | 'cgroup'>(option: K): NonNullable<AttachAllOptions[K]> => {
    const value = options[option]
    if (value !== undefined) return value
    throw new ObjectError(`program ${spec.name}: section ${JSON.stringify(spec.section)} needs ${option}`, place)
  }
  const given = {
    get ifindex() {
      return need('ifindex')
    },
    get cgroup() {
      return need('cgroup')
    },
    netns: options.netns,
  }
  const made = wayOf.attach({ program: program as Program<never>, spec, given })
  if (!(made instanceof Attachments)) return [[spec.name, made]]
  // One link goes by the program's name, several by those of their places.
  return Array.from(made.links, ([place, link]) => [made.links.size === 1 ? spec.name : `${spec.name} ${place}`, link])
}
