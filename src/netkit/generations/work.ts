/**
 * Work in which the kernel keeps waiting for grace periods, written once for both ways of doing it.
 *
 * @module
 */

/** One thing that waits: at once, or on a thread of the pool. */
export interface Wait<R = unknown> {
  readonly now: () => R
  readonly later: () => Promise<R>
}

/** Work that yields what waits, and gets what came of it. */
export type Work<R> = Generator<Wait, R, unknown>

/** Waits for one thing within a work. */
export function* wait<R>(now: () => R, later: () => Promise<R>): Work<R> {
  return (yield { now, later }) as R
}

/** Does a work at once. */
export function doNow<R>(work: Work<R>): R {
  let step = work.next()
  while (!step.done) {
    let result: unknown
    try {
      result = step.value.now()
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next(result)
  }
  return step.value
}

/** Does a work with what waits on threads of the pool. */
export async function doLater<R>(work: Work<R>): Promise<R> {
  let step = work.next()
  while (!step.done) {
    let result: unknown
    try {
      result = await step.value.later()
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next(result)
  }
  return step.value
}
