/**
 * A BPF program on the clsact hooks of a device: what there was before tcx.
 *
 * @module
 */
import { NetlinkError } from '../../error.ts'
import type { LinkRef } from '../refs.ts'
import type { Rtnl } from '../rtnl.ts'
import type { FILTER_PROTOCOLS } from './filter-message.ts'
import type { TcFilter } from './filters.ts'
import type { ProgramRef } from './program.ts'

/** How a program is attached to a clsact hook: {@link attachClsact}. */
export interface ClsactOptions {
  /** The device. */
  readonly dev: LinkRef
  /** `ingress` sees what the device receives, `egress` what it is to send. */
  readonly direction: 'ingress' | 'egress'
  /** The lower runs first; left out, the kernel puts it before those that are there. */
  readonly prio?: number | undefined
  /** Which of its priority; left out, the kernel numbers it. */
  readonly handle?: number | undefined
  /** Left out: `all`. */
  readonly protocol?: keyof typeof FILTER_PROTOCOLS | number | undefined
  /** What `tc` shows; left out, the program's own name. */
  readonly name?: string | undefined
}

/** A program that is attached to a clsact hook. It stays there when the process ends: {@link ClsactAttachment.detach} takes it away. */
export class ClsactAttachment implements Disposable {
  readonly #rtnl: Rtnl
  readonly #options: ClsactOptions
  #filter: TcFilter
  #detached = false

  /** @internal */
  constructor(rtnl: Rtnl, options: ClsactOptions, filter: TcFilter) {
    this.#rtnl = rtnl
    this.#options = options
    this.#filter = filter
  }

  /** The filter that holds the program, with the priority and the handle that it got. */
  get filter(): TcFilter {
    return this.#filter
  }

  /** Whether it was detached. */
  get detached(): boolean {
    return this.#detached
  }

  /** Exchanges the program: every packet meets the old one or the new one.  @throws NetlinkError ENOENT when the filter is gone. */
  replace(program: ProgramRef): void {
    // Without leave to create, so that a filter that somebody took away is missed.
    this.#filter = this.#rtnl.filters.change({ ...this.#key, kind: 'bpf', options: told(program, this.#options) })
  }

  /** Takes the program away, unless another has taken its place. The qdisc stays for others. A second call does nothing. */
  detach(): void {
    if (this.#detached) return
    this.#detached = true
    try {
      const there = this.#rtnl.filters.get({ ...this.#key, kind: 'bpf' })
      if (programOf(there) === programOf(this.#filter)) this.#rtnl.filters.delete({ ...this.#key, kind: 'bpf' })
    } catch (error) {
      // Somebody took the filter, the qdisc or the device away.
      if (!(error instanceof NetlinkError) || !GONE.has(error.code)) throw error
    }
  }

  /** {@link ClsactAttachment.detach | Detaches} it. */
  [Symbol.dispose](): void {
    this.detach()
  }

  get #key() {
    const { dev, prio, handle, protocol } = this.#filter
    return { dev, parent: this.#options.direction, prio, handle, protocol }
  }
}

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENODEV', 'EINVAL'])

function programOf(filter: TcFilter): number | undefined {
  return filter.kind === 'bpf' ? filter.options?.id : undefined
}

function told(
  program: ProgramRef,
  { name }: ClsactOptions,
): { fd: ProgramRef; name: string | undefined; flags: ['directAction'] } {
  return { fd: program, name, flags: ['directAction'] }
}

/**
 * Attaches a program of type `sched_cls` to the ingress or egress of a device as a direct-action filter: what it returns is the verdict (`TC_ACT_*`).
 * The clsact qdisc is made if there is none.
 *
 * This is the fallback for kernels before Linux 6.6; from then on `TcxLink` does the same without a qdisc, before all of these filters, and its link
 * goes with the process. The caller detaches it; nobody else does. Requires Linux 4.5.
 *
 * ```ts
 * using attached = attachClsact(nl, program, { dev: 'eth0', direction: 'ingress' })
 * ```
 *
 * @throws NetlinkError EEXIST when there is a filter of that priority and handle, EINVAL for a program of another type, EPERM without CAP_NET_ADMIN.
 */
export function attachClsact(rtnl: Rtnl, program: ProgramRef, options: ClsactOptions): ClsactAttachment {
  const { dev, direction, prio, handle, protocol = 'all' } = options
  try {
    rtnl.qdiscs.add({ dev, kind: 'clsact' })
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'EEXIST') throw error
  }
  const place = { dev, parent: direction, prio, handle, protocol } as const
  return new ClsactAttachment(
    rtnl,
    options,
    rtnl.filters.add({ ...place, kind: 'bpf', options: told(program, options) }),
  )
}
