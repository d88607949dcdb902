/**
 * All classes and filters of a namespace, which the kernel lists by device and by place only.
 *
 * @module
 */
import type { Rtnl } from '../rtnl.ts'
import type { TcClass } from './classes.ts'
import type { TcFilter } from './filters.ts'
import type { Qdisc } from './qdiscs.ts'

/** Qdiscs whose classes are their flows: they come and go with packets. */
const FLOWS: ReadonlySet<string> = new Set(['cake', 'fq_codel', 'fq_pie', 'sfb', 'sfq'])

/** Whether a class was made, and is no flow. */
export const isMade = ({ kind }: TcClass): boolean => !FLOWS.has(kind ?? '')

/** Whether it is a filter, and no table of u32, which comes with its first filter without a word. */
export const isFilter = (filter: TcFilter): boolean =>
  filter.kind !== 'u32' || filter.options === undefined || filter.options.sel !== undefined

/** What tells one filter from another. */
export const filterKey = ({ dev, parent, chain = 0, prio, protocol, kind, handle }: TcFilter): string =>
  [dev, parent, chain, prio, protocol, kind, handle].join(' ')

/** Qdiscs that something may be below: not those that the kernel made by itself. */
const named = (rtnl: Rtnl): Qdisc[] => rtnl.qdiscs.list().filter(({ handle, kind }) => handle !== '0:' || kind === 'mq')

/** The classes of all devices. */
export function allClasses(rtnl: Rtnl): TcClass[] {
  const devs = new Set(named(rtnl).map(({ dev }) => dev))
  return [...devs].flatMap((dev) => rtnl.classes.list({ dev }).filter(isMade))
}

/** Where filters of a qdisc can be. */
function places({ kind, handle }: Qdisc, classes: readonly TcClass[]): string[] {
  if (kind === 'clsact') return ['ingress', 'egress']
  if (kind === 'ingress') return ['ingress']
  return [handle, ...classes.map((one) => one.handle).filter((one) => one.startsWith(handle))]
}

/** The filters of all places, and those of each shared block once. */
export function allFilters(rtnl: Rtnl): TcFilter[] {
  const found = new Map<string, TcFilter>()
  const classes = allClasses(rtnl)
  for (const qdisc of named(rtnl)) {
    const { dev } = qdisc
    const its = classes.filter((one) => one.dev === dev)
    for (const parent of places(qdisc, its)) {
      for (const filter of rtnl.filters.list({ dev, parent }))
        if (isFilter(filter)) found.set(filterKey(filter), filter)
    }
  }
  return [...found.values()]
}
