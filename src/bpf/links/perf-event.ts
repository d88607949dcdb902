/**
 * Links on perf events.
 *
 * @module
 */
import { perform, performAsync, type Steps } from '../call.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { attachingEvent, EventLink, openPerfEvent } from './event.ts'

const FLAG_FREQ = 1n << 10n

/** What a perf event counts, and whom it watches. */
export interface PerfEventOptions {
  /** `PERF_TYPE_*`: 0 hardware, 1 software, 4 raw, or what `/sys/bus/event_source/devices/NAME/type` says. */
  readonly type: number
  /** Which event of the type. */
  readonly config: bigint | number
  /** The process, -1 for all. */
  readonly pid?: number | undefined
  /** The CPU, -1 for all (of one process). */
  readonly cpu?: number | undefined
  /** Run the program once every so many events. */
  readonly period?: bigint | number | undefined
  /** Run it so often a second, about. */
  readonly frequency?: number | undefined
  /** What `bpf_get_attach_cookie` gives the program. */
  readonly cookie?: bigint | number | undefined
}

/** A program that runs when a counter has counted so far, or so often a second. Requires Linux 5.15. */
export class PerfEventLink extends EventLink {
  /**
   * Opens a perf event and attaches a program to it. The caller closes the link, which detaches it.
   *
   * @throws KernelError `ENOENT`, `EINVAL` for an event that the machine does not have, `EACCES` without CAP_PERFMON.
   */
  static attach(program: Program<'perf_event'>, options: PerfEventOptions): PerfEventLink {
    return new PerfEventLink(perform(attaching(program, options)), 'perf_event')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<'perf_event'>, options: PerfEventOptions): Promise<PerfEventLink> {
    return new PerfEventLink(await performAsync(attaching(program, options)), 'perf_event')
  }
}

function* attaching(program: Program<'perf_event'>, options: PerfEventOptions): Steps<Fd> {
  const { type, config, pid = -1, cpu = pid < 0 ? 0 : -1, period, frequency } = options
  const attr = { type, config, samplePeriod: frequency ?? period ?? 1, flags: frequency === undefined ? 0n : FLAG_FREQ }
  const where = `perf event ${type}:${config}`
  using event = openPerfEvent(attr, pid, cpu, where)
  return yield* attachingEvent(program, 'perf_event', event, options.cookie, where)
}
