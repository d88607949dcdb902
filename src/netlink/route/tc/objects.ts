/**
 * The verbs of the traffic control: those of all objects, and what was made is given back, since the kernel chooses handles and priorities.
 *
 * @module
 */
import { errnoOf } from '../../../sys/index.ts'
import { NLM_F_ECHO } from '../../constants.ts'
import { NetlinkError } from '../../error.ts'
import { Objects, type ObjectType, type Verb } from '../objects.ts'
import type { Rtnl } from '../rtnl.ts'

/** Every member of a union without some properties. */
export type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Members of a message that are never written by hand: what the kernel only tells, and what is asked of lists. */
export type Told = 'family' | 'fcnt' | 'stats2' | 'xstats' | 'hwOffload' | 'dumpInvisible' | 'dumpFlags' | 'extWarnMsg'

/** The objects of one kind of the traffic control. */
export class TcObjects<Wire, WireIn, Item, Spec, Filter extends object> extends Objects<
  Wire,
  WireIn,
  Item,
  Spec,
  Filter
> {
  readonly #rtnl: Rtnl
  readonly #type: ObjectType<Wire, WireIn, Item, Spec, Filter>

  constructor(rtnl: Rtnl, type: ObjectType<Wire, WireIn, Item, Spec, Filter>) {
    super(rtnl, type)
    this.#rtnl = rtnl
    this.#type = type
  }

  /** Adds an object, and gives it as the kernel made it.  @throws NetlinkError EEXIST when it is there already. */
  override add(spec: Spec): Item {
    return this.#make('add', spec)
  }

  /** Adds an object, or overwrites the one that has the same key; gives it as it is then. */
  override replace(spec: Spec): Item {
    return this.#make('replace', spec)
  }

  /** Changes an object that is there, and gives it as it is then.  @throws NetlinkError ENOENT when there is none of that key. */
  override change(spec: Spec): Item {
    return this.#make('change', spec)
  }

  /** One object, by what tells it from others.  @throws NetlinkError when there is none. */
  protected ask(body: WireIn, label: string): Item {
    const { fetch, fromWire, noun } = this.#type
    // Older kernels answer only who wants to hear what they would tell others.
    return fromWire(this.#rtnl.ask(fetch, body, { flags: NLM_F_ECHO, attempted: `get ${noun} ${label}` }))
  }

  #make(verb: Verb, spec: Spec): Item {
    const { operation, flags = 0, attempted, hint, body } = this.request(verb, spec)
    const asked = this.#rtnl.plan<WireIn, Wire>(operation, body, { flags: flags | NLM_F_ECHO, attempted, hint })
    const made = this.#rtnl.make<WireIn, Wire>(asked).replies.at(-1)
    if (made !== undefined) return this.#type.fromWire(made)
    throw new NetlinkError({
      errno: errnoOf('ENODATA'),
      operation: operation.name,
      attempted,
      detail: 'the kernel agreed but sent no object',
    })
  }
}
