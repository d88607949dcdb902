/**
 * An object whose keys come from a file: it has no prototype, so that no name in a hostile file (`constructor`,
 * `__proto__`) finds or sets anything but its own entry.
 */
export function record<T>(entries: Iterable<readonly [string, T]> = []): Record<string, T> {
  const empty = Object.create(null) as Record<string, T>
  for (const [key, value] of entries) empty[key] = value
  return empty
}

/** A name that is not taken yet: the wanted one, or with the place added that tells it from its namesakes. */
export function uniqueName(taken: { has(name: string): boolean }, wanted: string, place: string): string {
  if (!taken.has(wanted)) return wanted
  const placed = `${wanted}@${place}`
  let name = placed
  for (let n = 2; taken.has(name); n++) name = `${placed}#${n}`
  return name
}
