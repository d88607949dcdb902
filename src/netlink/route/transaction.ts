/**
 * Many changes as one: where a step fails, those before it are undone in reverse order.
 *
 * The kernel has no such thing: others see the steps while they are made, and what it did in passing (routes that went with a link that was set
 * down) is not brought back.
 *
 * @module
 */
import { KernelError } from '../../sys/index.ts'
import type { Address, AddressSpec } from './addresses.ts'
import type { FdbEntry, FdbSpec, Neighbour, NeighbourSpec } from './neighbours.ts'
import type { Rtnl } from './rtnl.ts'
import type { Rule, RuleSpec } from './rules.ts'
import { LinkSteps, NexthopSteps, ObjectSteps, RouteSteps, type Step } from './transaction-steps.ts'

/** A step back that failed. */
export interface UndoFailure {
  /** The step that was to be undone: `add route 10.0.0.0/8`. */
  readonly step: string
  readonly error: unknown
}

/** A transaction that failed; `cause` is the error of its step. What was done before is undone, but for `failures`. */
export class TransactionError extends Error {
  override readonly name = 'TransactionError'
  /** The step that failed: `add route 10.0.0.0/8`; `undefined` where what failed was between the steps. */
  readonly step: string | undefined
  /** `code` of the error of the step: `EEXIST`. */
  readonly code: string | undefined
  /** The steps that were undone, in the order in which that was done. */
  readonly undone: readonly string[]
  /** Those that could not be undone. */
  readonly failures: readonly UndoFailure[]

  constructor(cause: unknown, step: string | undefined, undone: readonly string[], failures: readonly UndoFailure[]) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const left = failures.map((failure) => `${failure.step} (${reason(failure.error)})`)
    super(
      [
        step === undefined || why.startsWith(step) ? why : `${step}: ${why}`,
        undone.length === 0 ? '' : `; undone: ${undone.join(', ')}`,
        left.length === 0 ? '' : `; could not be undone: ${left.join(', ')}`,
      ].join(''),
      { cause },
    )
    this.step = step
    this.code = cause instanceof KernelError ? cause.code : undefined
    this.undone = undone
    this.failures = failures
  }
}

function reason(error: unknown): string {
  if (error instanceof KernelError) return error.code
  return error instanceof Error ? error.message : String(error)
}

/** What a transaction can do: the verbs of the handle, and steps of the caller's own. */
export class Transaction {
  readonly links: LinkSteps
  readonly addresses: ObjectSteps<Address, AddressSpec>
  readonly routes: RouteSteps
  readonly nexthops: NexthopSteps
  readonly neighbours: ObjectSteps<Neighbour, NeighbourSpec>
  readonly fdb: ObjectSteps<FdbEntry, FdbSpec>
  /** Rules have no `replace` and no `change`. */
  readonly rules: Pick<ObjectSteps<Rule, RuleSpec>, 'add' | 'ensure' | 'delete'>
  readonly #done: { readonly name: string; readonly undo: () => void }[] = []
  readonly #last: (() => void)[] = []
  readonly #failed = new WeakMap<object, string>()

  /** @internal */
  constructor(rtnl: Rtnl) {
    const step: Step = (name, act, undo) => this.step(name, act, undo)
    this.links = new LinkSteps(rtnl, step, (act) => this.#last.push(act))
    this.addresses = new ObjectSteps(rtnl.addresses, step)
    this.routes = new RouteSteps(rtnl.routes, step)
    this.nexthops = new NexthopSteps(rtnl.nexthops, step)
    this.neighbours = new ObjectSteps(rtnl.neighbours, step)
    this.fdb = new ObjectSteps(rtnl.fdb, step)
    this.rules = new ObjectSteps(rtnl.rules, step)
  }

  /** Does something else, named for errors, with what undoes it. */
  step<R>(name: string, act: () => R, undo: (result: R) => void): R {
    let result: R
    try {
      result = act()
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#failed.set(error, name)
      throw error
    }
    this.#done.push({ name, undo: () => undo(result) })
    return result
  }

  /** Does what has to come last. @internal */
  finish(): void {
    for (const act of this.#last) act()
  }

  /** Undoes what has been done, the last step first, and says what became of it. @internal */
  rollBack(error: unknown): TransactionError {
    const undone: string[] = []
    const failures: UndoFailure[] = []
    for (const { name, undo } of this.#done.toReversed()) {
      try {
        undo()
        undone.push(name)
      } catch (failure) {
        failures.push({ step: name, error: failure })
      }
    }
    this.#done.length = 0
    const step = typeof error === 'object' && error !== null ? this.#failed.get(error) : undefined
    return new TransactionError(error, step, undone, failures)
  }
}

/** Runs a transaction to its end, or back. */
export function transact<T>(rtnl: Rtnl, work: (tx: Transaction) => T): T {
  const tx = new Transaction(rtnl)
  let result: T
  try {
    result = work(tx)
    if (!(result instanceof Promise)) tx.finish()
  } catch (error) {
    throw tx.rollBack(error)
  }
  return result instanceof Promise ? (settle(tx, result) as T) : result
}

async function settle(tx: Transaction, work: Promise<unknown>): Promise<unknown> {
  try {
    const result = await work
    tx.finish()
    return result
  } catch (error) {
    throw tx.rollBack(error)
  }
}
