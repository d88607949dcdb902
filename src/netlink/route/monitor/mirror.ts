/**
 * The objects of the kinds that a monitor follows, as the kernel's lists and messages tell them.
 *
 * @module
 */
import type { Source } from '../../../codec/index.ts'
import { DumpInterruptedError, NetlinkError } from '../../error.ts'
import { NSID } from '../operations.ts'
import type { TableRef } from '../routes.ts'
import type { Rtnl } from '../rtnl.ts'
import type { ObjectChange } from './change.ts'
import { HERE } from '../../inbox.ts'
import { type Monitored, type MonitorKind, WATCHED, type Watched } from './kinds.ts'
import type { RouteStore } from './route-store.ts'
import { Silence } from './silence.ts'
import type { Sink, Store } from './store.ts'

type AnyWatched = Omit<Watched<object>, 'settle' | 'store'> & {
  readonly settle: (wire: unknown, gone: boolean) => object | number | undefined
  readonly store: () => Store<object>
}

const rowOf = (kind: MonitorKind): AnyWatched => WATCHED[kind] as unknown as AnyWatched

/** What is known of one kind in one namespace, and who is told of it. */
interface Shelf {
  readonly store: Store<object>
  readonly sink: Sink<object>
}

type Place = Map<MonitorKind, Shelf>

/** What a mirror is made for. */
export interface MirrorOptions {
  readonly rtnl: Rtnl
  readonly kinds: readonly MonitorKind[]
  /** Tables whose routes are followed; all without. */
  readonly tables: readonly TableRef[] | undefined
  /** Whether other namespaces are followed, and which number is the own one's, if it has one. */
  readonly abroad: { readonly own: number | undefined } | undefined
}

/** The objects, by namespace and kind. What it is told it passes on to `emit`, in order, as far as it says something new. */
export class Mirror {
  readonly #options: MirrorOptions
  readonly #emit: (change: ObjectChange) => void
  readonly #places = new Map<number, Place>()
  /** Kinds by the `RTM_NEW*` that tells of them. */
  readonly #byType = new Map<number, MonitorKind[]>()
  /** Kinds that a message about others leaves in doubt. */
  readonly #byDoubt = new Map<number, MonitorKind[]>()
  readonly #silence: Silence | undefined
  /** Kinds that a message left in doubt. */
  readonly #doubts = new Set<MonitorKind>()
  /** Objects that a message left in doubt, by namespace, kind and number. */
  readonly #partial = new Map<string, readonly [nsid: number, kind: MonitorKind, number: number]>()

  constructor(options: MirrorOptions, emit: (change: ObjectChange) => void) {
    this.#options = options
    this.#emit = emit
    for (const kind of options.kinds) {
      const { type, doubtedBy = [] } = rowOf(kind)
      this.#byType.set(type, [...(this.#byType.get(type) ?? []), kind])
      for (const one of doubtedBy) this.#byDoubt.set(one, [...(this.#byDoubt.get(one) ?? []), kind])
    }
    this.#silence = options.kinds.includes('route') ? new Silence() : undefined
    this.#open(HERE)
  }

  /** The groups that have to be heard. */
  groups(): ReadonlySet<number> {
    const rows = this.#options.kinds.map(rowOf)
    const groups = new Set(rows.flatMap((row) => [...row.groups, ...(row.hints ?? [])]))
    if (this.#options.abroad !== undefined) groups.add(WATCHED.nsid.groups[0]!)
    return groups
  }

  /** What is known of a kind now. */
  objects<K extends MonitorKind>(kind: K, nsid: number = HERE): Monitored[K][] {
    return [...(this.#places.get(nsid)?.get(kind)?.store.values() ?? [])] as Monitored[K][]
  }

  /** Takes one message in. */
  take(source: Source, start: number, end: number, type: number, flags: number, nsid: number): void {
    if (nsid === HERE) {
      this.#silence?.hear(source, start, end, type)
      for (const kind of this.#byDoubt.get(type) ?? []) this.#doubts.add(kind)
      if (this.#options.abroad !== undefined) this.#border(source, start, end, type)
    }
    const kinds = this.#byType.get(type) ?? this.#byType.get(type - 1)
    if (kinds === undefined) return
    const gone = !this.#byType.has(type)
    for (const kind of kinds) {
      const { message, settle } = rowOf(kind)
      const wire = message.read(source, start, end)
      const item = wire === undefined ? undefined : settle(wire, gone)
      if (item === undefined) continue
      const { store, sink } = (this.#places.get(nsid) ?? this.#enter(nsid)).get(kind)!
      if (typeof item === 'number') {
        this.#doubt(nsid, kind, item, store)
        continue
      }
      const whole = gone ? store.drop(item, sink) : store.put(item, flags, sink)
      if (!whole && nsid === HERE) this.#doubts.add(kind)
    }
  }

  /**
   * Lists everything and takes the differences in.
   *
   * @throws DumpInterruptedError when things change faster than they can be listed; what was listed by then is taken in.
   */
  lookAtAll(): void {
    for (const kind of this.#options.kinds) this.#look(HERE, kind)
    this.#doubts.clear()
    this.#partial.clear()
    const { abroad, rtnl } = this.#options
    if (abroad === undefined) return
    const numbers = new Set(rtnl.nsids.list().map(({ nsid }) => nsid))
    for (const nsid of this.#places.keys()) if (nsid !== HERE && !numbers.has(nsid)) this.#leave(nsid)
    for (const nsid of numbers) if (nsid !== abroad.own) this.#enter(nsid)
  }

  /**
   * Looks again at what messages left in doubt.
   *
   * @throws DumpInterruptedError when things change faster than they can be listed; the doubt remains.
   */
  lookAgain(): void {
    if (this.#silence?.concerns(this.#places.get(HERE)!.get('route')?.store as unknown as RouteStore))
      this.#doubts.add('route')
    for (const [key, [nsid, kind, number]] of this.#partial) {
      this.#partial.delete(key)
      this.#ask(nsid, kind, number)
    }
    for (const kind of this.#doubts) {
      this.#look(HERE, kind)
      this.#doubts.delete(kind)
    }
  }

  /**
   * Asks for an object that is new at once, so that it is told before what is said of it; for one that is known when all has been read, lest the
   * messages in between turn it back.
   */
  #doubt(nsid: number, kind: MonitorKind, number: number, store: Store<object>): void {
    if (store.has(number)) this.#partial.set(`${nsid} ${kind} ${number}`, [nsid, kind, number])
    else this.#ask(nsid, kind, number)
  }

  #ask(nsid: number, kind: MonitorKind, number: number): void {
    const object = rowOf(kind).ask?.(this.#options.rtnl, number, nsid === HERE ? undefined : nsid)
    // Not there any more: that is told next.
    const shelf = object && this.#places.get(nsid)?.get(kind)
    shelf?.store.put(object!, 0, shelf.sink)
  }

  #look(nsid: number, kind: MonitorKind): void {
    const list = rowOf(kind).list(this.#options.rtnl, nsid === HERE ? undefined : nsid, this.#options.tables)
    const { store, sink } = this.#places.get(nsid)!.get(kind)!
    store.reconcile(list, sink)
  }

  #open(nsid: number): Place {
    const place: Place = new Map()
    for (const kind of this.#options.kinds)
      place.set(kind, { store: rowOf(kind).store(), sink: this.#sink(kind, nsid) })
    this.#places.set(nsid, place)
    return place
  }

  #sink(kind: MonitorKind, nsid: number): Sink<object> {
    const emit = this.#emit as (change: object) => void
    if (nsid !== HERE) {
      return {
        added: (object) => emit({ type: 'added', kind, object, nsid }),
        changed: (object, previous) => emit({ type: 'changed', kind, object, previous, nsid }),
        removed: (object) => emit({ type: 'removed', kind, object, nsid }),
      }
    }
    return {
      added: (object) => emit({ type: 'added', kind, object }),
      changed: (object, previous) => emit({ type: 'changed', kind, object, previous }),
      removed: (object) => emit({ type: 'removed', kind, object }),
    }
  }

  /** Lists what can be listed of another namespace, and forgets what cannot. */
  #enter(nsid: number): Place {
    const former = this.#places.get(nsid)
    const place = this.#open(nsid)
    for (const [kind, shelf] of place) {
      if (!rowOf(kind).everywhere) continue
      if (former?.has(kind)) place.set(kind, former.get(kind)!)
      try {
        this.#look(nsid, kind)
      } catch (error) {
        // It may be gone by now, which is told next.
        if (!(error instanceof NetlinkError) || error instanceof DumpInterruptedError) throw error
        place.set(kind, shelf)
      }
    }
    return place
  }

  #leave(nsid: number): void {
    for (const { store, sink } of this.#places.get(nsid)?.values() ?? []) store.reconcile([], sink)
    this.#places.delete(nsid)
  }

  /** Follows the numbers of other namespaces. */
  #border(source: Source, start: number, end: number, type: number): void {
    if (type !== NSID.new.type && type !== NSID.del.type) return
    const nsid = NSID.get.reply!.read(source, start, end)?.nsid
    if (nsid === undefined || nsid < 0 || nsid === this.#options.abroad?.own) return
    if (type === NSID.del.type) this.#leave(nsid)
    else if (!this.#places.has(nsid)) this.#enter(nsid)
  }
}
