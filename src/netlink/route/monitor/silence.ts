/**
 * What the kernel does to routes without a word: IPv4 forgets those of a link that goes down, of a source address or a nexthop object that goes;
 * and what is dead or without a carrier is marked so. The messages about those others are heard for a reason to look again.
 *
 * @module
 */
import { littleEndian, type Source } from '../../../codec/index.ts'
import { ADDR, LINK } from '../operations.ts'
import type { RouteStore } from './route-store.ts'

const AF_INET = 2
const AF_UNSPEC = 0
const IFF_UP = 0x1
const IFF_LOWER_UP = 0x1_0000
const RTM_NEWNEXTHOP = 104
const RTM_DELNEXTHOP = 105

/** Reasons to look at the routes again. */
export class Silence {
  readonly #devs = new Set<number>()
  readonly #sources = new Set<unknown>()
  #byObject = false
  /** Whether each link was usable, as far as was said. */
  readonly #usable = new Map<number, number>()

  /** Takes notice of a message of any type. */
  hear(source: Source, start: number, end: number, type: number): void {
    if (type === LINK.new.type || type === LINK.del.type) this.#link(source, start, type === LINK.del.type)
    else if (type === ADDR.del.type) this.#address(source, start, end)
    else if (type === RTM_NEWNEXTHOP || type === RTM_DELNEXTHOP) this.#byObject = true
  }

  #link({ bytes, view }: Source, start: number, gone: boolean): void {
    if (bytes[start] !== AF_UNSPEC) return
    const dev = view.getInt32(start + 4, littleEndian)
    const usable = gone ? 0 : view.getUint32(start + 8, littleEndian) & (IFF_UP | IFF_LOWER_UP)
    if (this.#usable.get(dev) !== usable) this.#devs.add(dev)
    if (gone) this.#usable.delete(dev)
    else this.#usable.set(dev, usable)
  }

  #address(source: Source, start: number, end: number): void {
    if (source.bytes[start] !== AF_INET) return
    const address = ADDR.get.reply!.read(source, start, end)
    if (address?.local !== undefined) this.#sources.add(address.local)
  }

  /** Whether any of these routes may have changed since the last time. Asked once: it forgets. */
  concerns(routes: RouteStore): boolean {
    if (this.#devs.size === 0 && this.#sources.size === 0 && !this.#byObject) return false
    const concerned = routes.depends(this.#devs, this.#sources, this.#byObject)
    this.#devs.clear()
    this.#sources.clear()
    this.#byObject = false
    return concerned
  }
}
