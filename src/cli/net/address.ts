/**
 * Addresses as `ip -details -json addr` has them.
 *
 * @module
 */
import type { Address } from '../../netlink/index.ts'
import { type Json, snake } from './plain.ts'

const FOREVER = 0xffff_ffff

const lifetime = (seconds: number): number => (seconds === Infinity ? FOREVER : seconds)

/** An address and the length of its prefix. */
function split(text: string): { host: string; prefixlen: number } {
  const slash = text.lastIndexOf('/')
  const host = slash < 0 ? text : text.slice(0, slash)
  if (slash >= 0) return { host, prefixlen: Number(text.slice(slash + 1)) }
  return { host, prefixlen: host.includes(':') ? 128 : 32 }
}

/** Flags are members that are true; `permanent` is told by its absence. */
function flagsOf({ flags, family }: Address): Json {
  const json: Json = {}
  for (const flag of flags) {
    if (typeof flag === 'number') json['ifa_flags'] = flag.toString(16)
    else if (flag === 'secondary') json[family === 'inet6' ? 'temporary' : 'secondary'] = true
    else if (flag === 'stablePrivacy') json['stable-privacy'] = true
    else if (flag !== 'permanent') json[snake(flag)] = true
  }
  if (!flags.includes('permanent')) json['dynamic'] = true
  return json
}

/** An address: an element of `addr_info`. */
export function addressJson(item: Address): Json {
  const { family, address, peer, broadcast, anycast, scope, label, metric, proto, validLft, preferredLft } = item
  const local = split(address)
  const other = peer === undefined ? undefined : split(peer)
  return {
    family: String(family),
    local: local.host,
    ...(other === undefined ? {} : { address: other.host }),
    prefixlen: (other ?? local).prefixlen,
    ...(metric === undefined ? {} : { metric }),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(anycast === undefined ? {} : { anycast }),
    scope: String(scope),
    ...flagsOf(item),
    ...(proto === undefined || proto === 'unspec' ? {} : { protocol: snake(String(proto)) }),
    ...(label === undefined ? {} : { label }),
    valid_life_time: lifetime(validLft),
    preferred_life_time: lifetime(preferredLft),
  }
}

/** An address as a row of a table. */
export function addressRow(item: Address, dev: string): readonly (string | number)[] {
  const { address, peer, scope, flags } = item
  return [dev, address, peer ?? '', String(scope), flags.filter((flag) => flag !== 'permanent').join(',')]
}

/** Headings of {@link addressRow}. */
export const ADDRESS_HEADINGS = ['LINK', 'ADDRESS', 'PEER', 'SCOPE', 'FLAGS'] as const
