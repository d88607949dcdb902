/**
 * Links on single functions of executables.
 *
 * @module
 */
import { perform, performAsync, type Steps } from '../call.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { Executable } from '../symbols.ts'
import { eventSource } from '../tracefs.ts'
import { attachingEvent, EventLink, openPerfEvent } from './event.ts'

/** How a program is attached to a function of an executable. */
export interface UprobeAttachOptions {
  /** The executable or shared library. */
  readonly path: string
  /** The function. */
  readonly symbol?: string | undefined
  /** Bytes into the function; without one, into the file. */
  readonly offset?: number | undefined
  /** Run the program when the function returns. */
  readonly return?: boolean | undefined
  /** The one process that is watched; all unless said. */
  readonly pid?: number | undefined
  /** Where in the file a counter is that says whether anybody watches (`sdt` semaphores), in bytes. */
  readonly refCtrOffset?: number | undefined
  /** What `bpf_get_attach_cookie` gives the program. */
  readonly cookie?: bigint | number | undefined
}

const RETURN = 1n
const REF_CTR_SHIFT = 32n

/** A program on a function of an executable, by a probe. To the kernel it is a link on a perf event. Requires Linux 5.15. */
export class UprobeLink extends EventLink {
  /**
   * Attaches a program to a function of an executable. The caller closes the link, which detaches it.
   *
   * @throws SymbolError for a function that the file does not have, KernelError `EOPNOTSUPP` when the kernel has no probes.
   */
  static attach(program: Program<'kprobe'>, options: UprobeAttachOptions): UprobeLink {
    return new UprobeLink(perform(attaching(program, options)), 'perf_event')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<'kprobe'>, options: UprobeAttachOptions): Promise<UprobeLink> {
    return new UprobeLink(await performAsync(attaching(program, options)), 'perf_event')
  }
}

function* attaching(program: Program<'kprobe'>, options: UprobeAttachOptions): Steps<Fd> {
  const { path, symbol, pid = -1, refCtrOffset = 0, cookie } = options
  const place = (symbol === undefined ? 0 : new Executable(path).offset(symbol)) + (options.offset ?? 0)
  const where = `${options.return ? 'the return of ' : ''}${path}:${symbol ?? `0x${place.toString(16)}`}`
  const config = (options.return ? RETURN : 0n) | (BigInt(refCtrOffset) << REF_CTR_SHIFT)
  const attr = { type: eventSource('uprobe'), config, config1: path, config2: place }
  using event = openPerfEvent(attr, pid, pid < 0 ? 0 : -1, where)
  return yield* attachingEvent(program, 'kprobe', event, cookie, where)
}
