/**
 * Names of links by their numbers.
 *
 * @module
 */
import type { Link, Rtnl } from '../../netlink/index.ts'

/** What is known of the links of a namespace. One that is not known is `if5`. */
export class LinkNames {
  readonly #names = new Map<number, { readonly name: string; readonly up: boolean }>()

  /** Knows the links that there are now. */
  static of(rtnl: Rtnl): LinkNames {
    const names = new LinkNames()
    for (const link of rtnl.links.stream()) names.learn(link)
    return names
  }

  /** Takes notice of a link. */
  learn({ index, name = '', flags }: Link): void {
    this.#names.set(index, { name, up: flags.includes('up') })
  }

  /** Forgets a link. */
  forget({ index }: Link): void {
    this.#names.delete(index)
  }

  name(index: number): string {
    return this.#names.get(index)?.name ?? `if${index}`
  }

  /** Whether a link is known to be down. */
  isDown(index: number): boolean {
    return this.#names.get(index)?.up === false
  }
}
