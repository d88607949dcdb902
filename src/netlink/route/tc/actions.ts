/**
 * Actions that stand by themselves, for filters to share.
 *
 * @module
 */
import { NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE } from '../../constants.ts'
import { ACTION } from '../operations.ts'
import type { Rtnl } from '../rtnl.ts'
import type { TcAction, TcActionSpec } from './actions/index.ts'

/** The answers have the type of the question. */
const GET = { ...ACTION.get, replyType: ACTION.get.type }

/** The actions of one network namespace. The key of `replace` is the kind and the index. */
export class TcActions {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    this.#rtnl = rtnl
  }

  /** Lists the actions of a kind, those of filters too. */
  list(kind: string): TcAction[] {
    const found = this.#rtnl.dumpAll(
      GET,
      { tab: [{ kind }], flags: { largeDump: true } },
      { attempted: `list ${kind} actions` },
    )
    return found.flatMap(({ tab = [] }) => tab)
  }

  /** One action.  @throws NetlinkError ENOENT when there is none. */
  get(kind: string, index: number): TcAction {
    const { tab = [] } = this.#rtnl.ask(
      GET,
      { tab: [{ kind, index }] },
      { flags: NLM_F_ECHO, attempted: `get ${kind} action ${index}` },
    )
    return tab[0]!
  }

  /** Adds an action, and gives it with the index that the kernel chose.  @throws NetlinkError EEXIST when the index is taken. */
  add(action: TcActionSpec): TcAction {
    return this.#make(action, 'add', NLM_F_CREATE | NLM_F_EXCL)
  }

  /** Adds an action, or changes the one of the same index. */
  replace(action: TcActionSpec): TcAction {
    return this.#make(action, 'replace', NLM_F_CREATE | NLM_F_REPLACE)
  }

  /** Deletes an action.  @throws NetlinkError ENOENT when there is none, EPERM when filters have it. */
  delete(kind: string, index: number): void {
    const attempted = `delete ${kind} action ${index}`
    this.#rtnl.make(this.#rtnl.plan(ACTION.del, { tab: [{ kind, index }] }, { attempted }))
  }

  #make(action: TcActionSpec, verb: string, flags: number): TcAction {
    const attempted = `${verb} ${action.kind ?? ''} action`
    const asked = this.#rtnl.plan(ACTION.new, { tab: [action] }, { flags: flags | NLM_F_ECHO, attempted })
    return this.#rtnl.make(asked).replies[0]!.tab![0]!
  }
}
