/**
 * Objects that cannot be loaded, for reasons that the kernel was not asked for.
 *
 * @module
 */

/** Which part of an object is at fault. */
export interface ObjectPlace {
  readonly program?: string | undefined
  readonly map?: string | undefined
  readonly variable?: string | undefined
}

/** An object, or what was asked of it, does not add up; the message names the program, map or variable. */
export class ObjectError extends Error {
  override readonly name: string = 'ObjectError'
  readonly code: string = 'ERR_OBJECT'
  readonly program: string | undefined
  readonly map: string | undefined
  readonly variable: string | undefined

  constructor(message: string, place: ObjectPlace = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.program = place.program
    this.map = place.map
    this.variable = place.variable
  }
}

/** A map that is there already, pinned or given, is not what the object needs. */
export class MapMismatchError extends ObjectError {
  override readonly name: string = 'MapMismatchError'
  override readonly code: string = 'ERR_MAP_MISMATCH'
  /** The property that differs. */
  readonly field: string
  /** What the object says. */
  readonly expected: string | number
  /** What the map has. */
  readonly found: string | number

  constructor(map: string, where: string, field: string, expected: string | number, found: string | number) {
    super(`map ${JSON.stringify(map)}: ${where} has ${field} ${found}, the object needs ${expected}`, { map })
    this.field = field
    this.expected = expected
    this.found = found
  }
}

/** The name of something that an object does not have, and what it has instead. */
export function missing(what: 'program' | 'map' | 'variable', name: string, there: readonly string[]): ObjectError {
  const list = there.length > 0 ? `it has ${there.join(', ')}` : 'it has none'
  return new ObjectError(`the object has no ${what} ${JSON.stringify(name)}: ${list}`, { [what]: name })
}
