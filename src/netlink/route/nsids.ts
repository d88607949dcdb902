/**
 * Numbers that a network namespace gives to others: what `linkNetnsid` refers to.
 *
 * @module
 */
import { NSID } from './operations.ts'
import type { NetNsRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'

/** A namespace that this one has given a number. */
export interface Nsid {
  /** The number. */
  readonly nsid: number
  /** What the namespace that asks calls it, where {@link Nsids.list} was asked on behalf of another. */
  readonly currentNsid?: number | undefined
}

const NOT_ASSIGNED = -1

/** The numbers that one network namespace gives to others. The kernel gives one by itself when a link's other end is in there. */
export class Nsids {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    this.#rtnl = rtnl
  }

  /** The number of a namespace, or `undefined` when it has none here. */
  get(netns: NetNsRef): number | undefined {
    const { nsid } = this.#rtnl.ask(
      NSID.get,
      { family: 'unspec', netns },
      { attempted: 'get the id of a network namespace' },
    )
    return nsid === undefined || nsid === NOT_ASSIGNED ? undefined : nsid
  }

  /**
   * Gives a namespace a number, of the kernel's choice when left out, and says which. It is for good: the kernel does not take a number back.
   *
   * @throws NetlinkError EEXIST when the namespace has a number already; ENOSPC when another has that one.
   */
  set(netns: NetNsRef, nsid: number = NOT_ASSIGNED): number {
    this.#rtnl.make(
      this.#rtnl.plan(
        NSID.new,
        { family: 'unspec', netns, nsid },
        {
          attempted:
            nsid === NOT_ASSIGNED ? 'give a network namespace an id' : `give a network namespace the id ${nsid}`,
          hint: ({ code }) => (code === 'EEXIST' ? 'it has one already: nsids.get() says which' : undefined),
        },
      ),
    )
    return nsid === NOT_ASSIGNED ? this.get(netns)! : nsid
  }

  /** The namespaces that have a number here. */
  list(): Nsid[] {
    return this.#rtnl
      .dumpAll(NSID.get, { family: 'unspec' }, { attempted: 'list the ids of network namespaces' })
      .map(({ nsid = NOT_ASSIGNED, currentNsid }) => (currentNsid === undefined ? { nsid } : { nsid, currentNsid }))
  }
}
