import type { AnyCodec } from './codec.ts'

/** Values that generated code refers to: each gets a name. */
export class Constants {
  readonly #names = new Map<unknown, string>()

  /** The name of a value. */
  use(value: unknown): string {
    let name = this.#names.get(value)
    if (name === undefined) {
      name = `k${this.#names.size}`
      this.#names.set(value, name)
    }
    return name
  }

  /** Makes the function whose source is `text`, or `undefined` where code must not be made from text. */
  build<F>(text: string): F | undefined {
    try {
      // oxlint-disable-next-line no-new-func, no-implied-eval -- only names and numbers of our own tables get into it, quoted
      return new Function(...this.#names.values(), `'use strict'\nreturn ${text}`)(...this.#names.keys()) as F
    } catch (error) {
      // --disallow-code-generation-from-strings, or the policy of a page
      if (error instanceof EvalError) return undefined
      throw error
    }
  }
}

/**
 * Source of a function that makes plain objects with room for properties that are added one after another: what `{}` makes has room for
 * four, and moves house with every third after that, which costs more than all the decoding.
 */
export function roomy(names: readonly string[]): string {
  const assignments = names.map((name) => `this[${JSON.stringify(name)}] = undefined`).join('; ')
  return `(() => { function Plain() { if (new.target === undefined) { ${assignments} } }; Plain.prototype = Object.prototype; return Plain })()`
}

/** Source of an expression that reads a codec of fixed size whose bytes are there; `at` is the source of an offset. */
export function valueSource(codec: AnyCodec, at: string, constants: Constants): string {
  return (
    codec.inline?.(at, (value) => constants.use(value)) ??
    `${constants.use(codec)}.read(s, ${at}, ${at} + ${codec.size})`
  )
}
