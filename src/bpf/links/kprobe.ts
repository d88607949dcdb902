/**
 * Links on single functions of the kernel.
 *
 * @module
 */
import { perform, performAsync, type Steps } from '../call.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { eventSource } from '../tracefs.ts'
import { attachingEvent, EventLink, openPerfEvent } from './event.ts'

/** How a program is attached to a function of the kernel. */
export interface KprobeAttachOptions {
  /** The function. */
  readonly symbol: string
  /** Bytes into it; 0 is its entry. */
  readonly offset?: bigint | number | undefined
  /** Run the program when the function returns. */
  readonly return?: boolean | undefined
  /** What `bpf_get_attach_cookie` gives the program. */
  readonly cookie?: bigint | number | undefined
}

const RETURN = 1n

/** A program on a function of the kernel, by a probe. To the kernel it is a link on a perf event. Requires Linux 5.15. */
export class KprobeLink extends EventLink {
  /**
   * Attaches a program to a function of the kernel. The caller closes the link, which detaches it.
   *
   * @throws KernelError `ENOENT` for a function that the kernel does not have, `EINVAL` for one that cannot be probed, `EADDRNOTAVAIL` for a
   * name that several have, `EOPNOTSUPP` when the kernel has no probes.
   */
  static attach(program: Program<'kprobe'>, options: KprobeAttachOptions): KprobeLink {
    return new KprobeLink(perform(attaching(program, options)), 'perf_event')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<'kprobe'>, options: KprobeAttachOptions): Promise<KprobeLink> {
    return new KprobeLink(await performAsync(attaching(program, options)), 'perf_event')
  }
}

function* attaching(program: Program<'kprobe'>, options: KprobeAttachOptions): Steps<Fd> {
  const { symbol, offset = 0, cookie } = options
  const where = `${options.return ? 'the return of ' : ''}${symbol}${offset ? `+${offset}` : ''}`
  const config = options.return ? RETURN : 0n
  const attr = { type: eventSource('kprobe'), config, config1: symbol, config2: offset }
  using event = openPerfEvent(attr, -1, 0, where)
  return yield* attachingEvent(program, 'kprobe', event, cookie, where)
}
