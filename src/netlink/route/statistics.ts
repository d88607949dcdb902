/**
 * Counters of links, group by group.
 *
 * @module
 */
import type { Out } from '../../codec/index.ts'
import { STATS } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'
import type { STATS_GROUPS, statsMessage } from './stats-message.ts'

/** A group of counters (`IFLA_STATS_*`): `link64` of every link; `linkXstats` of its kind, `linkXstatsSlave` of its master's; of hardware; of MPLS. */
export type StatsGroup = keyof typeof STATS_GROUPS

/** What a link counted, by group; what it has nothing of is absent. */
export type Statistics = Omit<Out<typeof statsMessage>, 'family' | 'pad1' | 'pad2' | 'filter'>

const ALL: readonly StatsGroup[] = ['link64', 'linkXstats', 'linkXstatsSlave', 'linkOffloadXstats', 'afSpec']

function told({ family: _f, pad1: _1, pad2: _2, filter: _filter, ...rest }: Out<typeof statsMessage>): Statistics {
  return rest
}

/** Counters of the links of one network namespace (`RTM_GETSTATS`): as much of them as is asked for, and nothing else of the link. */
export class LinkCounters {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    this.#rtnl = rtnl
  }

  /** The counters of one link, of the groups that are named or of all.  @throws NetlinkError ENODEV when there is none. */
  get(ref: LinkRef, ...groups: readonly StatsGroup[]): Statistics {
    const body = { dev: ref, filter: groups.length === 0 ? ALL : groups }
    return told(this.#rtnl.ask(STATS.get, body, { attempted: `get the counters of link ${ref}` }))
  }

  /** The counters of all links, of the groups that are named or of all. */
  list(...groups: readonly StatsGroup[]): Statistics[] {
    const body = { filter: groups.length === 0 ? ALL : groups }
    return this.#rtnl.dumpAll(STATS.get, body, { attempted: 'list counters' }).map(told)
  }

  /**
   * Has the hardware of a link count what it routes, or not; ip: `ip stats set dev LINK l3_stats on`. Requires Linux 5.18.
   *
   * @throws NetlinkError EOPNOTSUPP when it cannot.
   */
  setL3(ref: LinkRef, on: boolean): void {
    const attempted = `turn the L3 counters of link ${ref} ${on ? 'on' : 'off'}`
    this.#rtnl.make(this.#rtnl.plan(STATS.set, { dev: ref, l3: on }, { attempted }))
  }
}
