/**
 * Qdiscs, classes and filters as a monitor knows them.
 *
 * @module
 */
import { filterKey } from '../tc/everywhere.ts'
import type { TcClass } from '../tc/classes.ts'
import type { TcFilter } from '../tc/filters.ts'
import type { Qdisc } from '../tc/qdiscs.ts'
import { KeyedStore, type Sink } from './store.ts'

/** Counters, and what follows from other objects. */
const APART: ReadonlySet<string> = new Set([
  'stats',
  'stats2',
  'xstats',
  'tm',
  'pcnt',
  'refcnt',
  'bindcnt',
  'inHwCount',
  'directPkts',
  'leaf',
  'level',
  'unknown',
])

const NOWHERE = '0:'

/** The qdiscs of one network namespace. */
export class QdiscStore extends KeyedStore<Qdisc> {
  constructor() {
    super(({ dev, parent, handle }) => `${dev} ${parent} ${handle}`, APART)
  }

  /** A message is about the place that a request named, and it may have named none. */
  override put(qdisc: Qdisc, flags: number, sink: Sink<Qdisc>): boolean {
    return qdisc.parent !== NOWHERE && super.put(qdisc, flags, sink)
  }

  override drop(qdisc: Qdisc, sink: Sink<Qdisc>): boolean {
    return qdisc.parent !== NOWHERE && super.drop(qdisc, sink)
  }
}

/** The classes of one network namespace. */
export class ClassStore extends KeyedStore<TcClass> {
  constructor() {
    super(({ dev, handle }) => `${dev} ${handle}`, APART)
  }
}

/** The filters of one network namespace. */
export class FilterStore extends KeyedStore<TcFilter> {
  constructor() {
    super(filterKey, APART)
  }

  /** A message without a handle is about all filters of a priority. */
  override put(filter: TcFilter, flags: number, sink: Sink<TcFilter>): boolean {
    return filter.handle !== 0 && super.put(filter, flags, sink)
  }

  override drop(filter: TcFilter, sink: Sink<TcFilter>): boolean {
    return filter.handle !== 0 && super.drop(filter, sink)
  }
}
