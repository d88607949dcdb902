/**
 * Links on tracepoints.
 *
 * @module
 */
import { perform, performAsync, type Steps } from '../call.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { tracepointId } from '../tracefs.ts'
import { attachingEvent, EventLink, openPerfEvent } from './event.ts'

/** How a program is attached to a tracepoint. */
export interface TracepointAttachOptions {
  /** The tracepoint with its subsystem: `sched/sched_switch`. */
  readonly name: string
  /** What `bpf_get_attach_cookie` gives the program. */
  readonly cookie?: bigint | number | undefined
}

const PERF_TYPE_TRACEPOINT = 2

/** A program on a tracepoint. To the kernel it is a link on a perf event. Requires Linux 5.15 and a mounted tracefs. */
export class TracepointLink extends EventLink {
  /**
   * Attaches a program to a tracepoint. The caller closes the link, which detaches it.
   *
   * @throws KernelError `ENOENT` for a tracepoint that the kernel does not have.
   */
  static attach(program: Program<'tracepoint'>, options: TracepointAttachOptions): TracepointLink {
    return new TracepointLink(perform(attaching(program, options)), 'perf_event')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<'tracepoint'>, options: TracepointAttachOptions): Promise<TracepointLink> {
    return new TracepointLink(await performAsync(attaching(program, options)), 'perf_event')
  }
}

function* attaching(program: Program<'tracepoint'>, { name, cookie }: TracepointAttachOptions): Steps<Fd> {
  const where = `tracepoint ${name}`
  using event = openPerfEvent({ type: PERF_TYPE_TRACEPOINT, config: tracepointId(name), samplePeriod: 1 }, -1, 0, where)
  return yield* attachingEvent(program, 'tracepoint', event, cookie, where)
}
