/**
 * What objects are called in messages.
 *
 * @module
 */

/** A label of words in pairs, without those that are not known; the word of the name '' stands by itself. */
export function words(pairs: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(pairs)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`.trim())
    .join(' ')
}
