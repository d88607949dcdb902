/**
 * What tracepoints, single probes and other perf events have in common.
 *
 * @module
 */
import { addressOf, arena, check, Fd, keepAlive, NR, release, syscall, take } from '../../sys/index.ts'
import { LinkCreatePerfEvent } from '../attrs/index.ts'
import { type Steps } from '../call.ts'
import { address, type Fields, type Input, putFields, u32, u64 } from '../fields.ts'
import { getInfo, LINK_INFO_SIZE, LINK_INFOS, linkText, PERF_EVENT_INFOS } from '../info.ts'
import { ATTACH_TYPES } from '../names.ts'
import { missingCapabilities } from '../privileges.ts'
import { type Program } from '../programs/program.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'

/** `struct perf_event_attr` up to `config2`. */
const ATTR = {
  type: u32(0),
  size: u32(4),
  config: u64(8),
  samplePeriod: u64(16),
  flags: u64(40),
  config1: address(56),
  config2: u64(64),
} as const satisfies Fields
const ATTR_SIZE = 72

const PERF_FLAG_FD_CLOEXEC = 8
const PERF_EVENT_IOC_ENABLE = 0x2400

/** Opens a perf event. The caller closes it. */
export function openPerfEvent(attr: Input<typeof ATTR>, pid: number, cpu: number, what: string): Fd {
  const at = take(ATTR_SIZE)
  try {
    const texts: Uint8Array[] = []
    putFields(ATTR, { ...attr, size: ATTR_SIZE }, arena.view, at, (value) => {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(`${value}\0`) : value
      texts.push(bytes)
      return addressOf(bytes)
    })
    const result = syscall(NR.perf_event_open, arena.address + at, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC)
    keepAlive(texts)
    return Fd.own(
      check(result, 'perf_event_open', () => ({
        attempted: `open ${what}`,
        hint: missingCapabilities(['CAP_PERFMON']),
      })),
      what,
    )
  } finally {
    release(at)
  }
}

/** The program types that perf events take: for each source of events one. */
export type EventProgramType = 'kprobe' | 'tracepoint' | 'perf_event'

/** Attaches a program to an event, which starts. The link keeps the event: its descriptor may be closed. */
export function* attachingEvent(
  program: Program<EventProgramType>,
  takes: EventProgramType,
  event: Fd,
  cookie: bigint | number | undefined,
  where: string,
): Steps<Fd> {
  const values = {
    progFd: program.fd.number,
    targetFd: event.number,
    attachType: ATTACH_TYPES.perf_event,
    bpfCookie: cookie,
  }
  const link = yield* creating(LinkCreatePerfEvent, values, program, {
    kind: 'perf_event',
    where,
    takes: [takes],
    hints: { EEXIST: 'the event has a program already' },
  })
  try {
    check(syscall(NR.ioctl, event.number, PERF_EVENT_IOC_ENABLE, 0), 'ioctl(PERF_EVENT_IOC_ENABLE)')
    return link
  } catch (error) {
    link.close()
    throw error
  }
}

/** `enum bpf_perf_event_type`, and which rows each has. Requires Linux 6.6; an older kernel says nothing but `unknown`. */
const EVENTS = [
  ['unknown', undefined],
  ['uprobe', 'uprobe'],
  ['uretprobe', 'uprobe'],
  ['kprobe', 'kprobe'],
  ['kretprobe', 'kprobe'],
  ['tracepoint', 'tracepoint'],
  ['event', 'event'],
] as const

/** What the kernel tells about a link on a perf event. */
export interface PerfEventLinkInfo extends LinkInfo {
  readonly event: (typeof EVENTS)[number][0]
  /** The function, the tracepoint, or the file of a probe; empty for other events. */
  readonly target: string
  /** Bytes into the function or file. */
  readonly offset: number
  readonly cookie: bigint
}

/** The rows of where the kernel puts the name. */
const NAMES = { uprobe: 'fileName', kprobe: 'funcName', tracepoint: 'tpName' } as const

/** A program that runs when an event does (`BPF_LINK_TYPE_PERF_EVENT`): a tracepoint, a probe, a counter. Requires Linux 5.15. */
export class EventLink extends Link {
  static readonly kind = 'perf_event'

  /** What the kernel tells about it now. */
  override info(): PerfEventLinkInfo {
    const { fd } = this
    const { type: number } = getInfo(fd.number, { size: LINK_INFO_SIZE, fields: LINK_INFOS.perf_event })
    const { type, id, programId } = this.read({})
    const [event, kind] = EVENTS[number] ?? EVENTS[0]
    const common = { type, id, programId, event, target: '', offset: 0, cookie: 0n }
    if (kind === undefined) return common
    const own = this.read(PERF_EVENT_INFOS[kind] as Fields) as { offset?: number; cookie?: bigint }
    const target = kind === 'event' ? '' : linkText(fd.number, PERF_EVENT_INFOS[kind] as Fields, NAMES[kind], 'nameLen')
    return { ...common, target, offset: own.offset ?? 0, cookie: own.cookie ?? 0n }
  }
}
