/**
 * The library's objects under iproute2's names: `peerPolicy` is `peer_policy`, and JSON knows neither bigints nor bytes.
 *
 * @module
 */

/** An object of JSON. */
export type Json = { [name: string]: unknown }

/** `mcastQueryInterval` as `mcast_query_interval`. */
export function snake(name: string): string {
  return name.replaceAll(/[A-Z]|\d+(?=[A-Z])/g, (match) => (/\d/.test(match) ? match : `_${match.toLowerCase()}`))
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A number as `ip` prints those that are meant in hexadecimal: `0x1f`, and `0`. */
export function hexadecimal(value: unknown): string {
  return Number(value) === 0 ? '0' : `0x${Number(value).toString(16)}`
}

/** A value as JSON has it, its members under iproute2's names; what the library does not know is left out. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint8Array) return hex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const json: Json = {}
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'unknown' && member !== undefined) json[snake(name)] = plain(member)
  }
  return json
}

/** Members of the first object that the list names, under the names that it gives, where they are there. */
export function pick(object: object, names: Readonly<Record<string, string>>): Json {
  const json: Json = {}
  for (const [ours, theirs] of Object.entries(names)) {
    const value = (object as Json)[ours]
    if (value !== undefined) json[theirs] = plain(value)
  }
  return json
}

/** A value in a cell of a table; nothing for one that is not there. */
export function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(plain(value)) : String(value as string | number | bigint | boolean)
}
