import type { BtfValue, Shape } from './shape.ts'

/** A member's name, place and shape, members of anonymous structs among them. */
export interface Place {
  readonly name: string
  readonly offset: number
  readonly shape: Shape
}

type Read = Shape['read']

/**
 * The function that reads members into an object. As straight-line code it is some thirty times faster than a walk over
 * the members, for the object gets its final form at once; the walk remains for hosts that forbid making code.
 */
export function compileReader(places: readonly Place[]): Read {
  return canMakeCode() ? straightLine(places) : walk(places)
}

let codeAllowed: boolean | undefined

function canMakeCode(): boolean {
  try {
    codeAllowed ??= makeFunction('return true')() === true
  } catch {
    codeAllowed = false
  }
  return codeAllowed
}

// The text is put together from numbers and from names quoted as JSON: nothing in a type can become code.
function makeFunction(...source: string[]): (...args: unknown[]) => unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- that is what this file is for
  return new Function(...source) as (...args: unknown[]) => unknown
}

function straightLine(places: readonly Place[]): Read {
  const shapes: Shape[] = []
  const members = places.map(({ name, offset, shape }) => {
    const at = offset === 0 ? 'at' : `at + ${offset}`
    // A computed key, or a member called __proto__ would set the prototype.
    return `[${JSON.stringify(name)}]: ${shape.inline?.(at) ?? `s${shapes.push(shape) - 1}.read(view, ${at}, end)`}`
  })
  const names = shapes.map((_, i) => `s${i}`)
  const body = `return (view, at, end) => ({ ${members.join(', ')} })`
  return makeFunction(...names, body)(...shapes) as Read
}

/** The same without making code. */
export function walk(places: readonly Place[]): Read {
  return (view, at, end) => {
    const value: Record<string, BtfValue> = {}
    for (const { name, offset, shape } of places)
      Object.defineProperty(value, name, {
        value: shape.read(view, at + offset, end),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    return value
  }
}
