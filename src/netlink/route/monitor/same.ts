/**
 * Whether two objects of the kernel say the same, apart from what they may differ in.
 *
 * @module
 */

/** Members that do not count, by name, at any depth. */
export type Apart = ReadonlySet<string>

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function sameList(a: readonly unknown[], b: readonly unknown[], apart: Apart): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i], apart)) return false
  return true
}

/** Members of `a` are the same in `b`; a member that is absent is like one that is undefined. */
function within(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>, apart: Apart): boolean {
  for (const name in a) if (!apart.has(name) && !same(a[name], b[name], apart)) return false
  return true
}

function absentIn(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>, apart: Apart): boolean {
  for (const name in b) if (b[name] !== undefined && a[name] === undefined && !apart.has(name)) return false
  return true
}

/** Compares plain data: scalars, bytes, lists and objects of them. */
export function same(a: unknown, b: unknown, apart: Apart): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b)
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b, apart)
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  return within(left, right, apart) && absentIn(left, right, apart)
}
