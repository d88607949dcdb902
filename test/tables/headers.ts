/**
 * Constants of the kernel's uapi headers, as far as enums and plain definitions tell them: what the order of an enum numbers.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The enumerators of one `enum`, in order. */
export interface Enumeration {
  readonly file: string
  readonly names: readonly string[]
}

/** What the headers of a folder say. */
export interface Headers {
  readonly folder: string
  /** `7.2`, by `linux/version.h`. */
  readonly version: string
  readonly values: ReadonlyMap<string, number>
  readonly enums: readonly Enumeration[]
}

/** Headers that rtnetlink and generic netlink are described in. */
const WANTED =
  /^(if_link|if_addr|if_bridge|if_bonding|if_macsec|if_tunnel|rtnetlink|neighbour|nexthop|fib_rules|net_namespace|netconf|netlink|genetlink|netdev|ethtool_netlink(_generated)?|wireguard|lwtunnel|mpls|mpls_iptunnel|seg6_iptunnel|seg6_local|rpl_iptunnel|ioam6_iptunnel|ila|veth|can\/netlink|can\/vxcan|batman_adv|gtp|hsr_netlink|pkt_cls|pkt_sched|gen_stats|in6|ipv6|amt|wwan|tc_act\/tc_\w+|if_xdp)\.h$/

/** Reads the headers below a folder (`/usr/include`); `undefined` where there are none. */
export function readHeaders(include = '/usr/include'): Headers | undefined {
  const folder = join(include, 'linux')
  if (!existsSync(join(folder, 'if_link.h'))) return undefined
  const values = new Map<string, number>()
  const enums: Enumeration[] = []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => WANTED.test(file))
  for (const file of files.toSorted()) read(file, readFileSync(join(folder, file), 'utf8'), values, enums)
  const code = /LINUX_VERSION_CODE (\d+)/.exec(readFileSync(join(folder, 'version.h'), 'utf8'))
  const number = Number(code?.[1] ?? 0)
  return { folder, version: `${number >> 16}.${(number >> 8) & 0xff}`, values, enums }
}

function read(file: string, text: string, values: Map<string, number>, enums: Enumeration[]): void {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/\/\/.*$/gm, '')
  for (const [, name, value] of bare.matchAll(/^#define[ \t]+(\w+)[ \t]+\(?(0x[\da-fA-F]+|\d+)[uUlL]*\)?[ \t]*$/gm)) {
    if (!values.has(name!)) values.set(name!, Number(value))
  }
  for (const [, body] of bare.matchAll(/enum\s*\w*\s*\{([^}]*)\}/g)) enums.push(numbered(file, body!, values))
}

/** Numbers the names of an enum as C does. */
function numbered(file: string, body: string, values: Map<string, number>): Enumeration {
  const names: string[] = []
  let next: number | undefined = 0
  for (const item of body.replaceAll(/^#.*$/gm, '').split(',')) {
    const [name = '', said] = item.split('=').map((part) => part.trim())
    if (!/^\w+$/.test(name)) continue
    const value: number | undefined = said === undefined ? next : valueOf(said, values)
    if (value !== undefined) values.set(name, value)
    next = value === undefined ? undefined : value + 1
    names.push(name)
  }
  return { file, names }
}

function valueOf(text: string, values: ReadonlyMap<string, number>): number | undefined {
  const plain = text.replaceAll(/[()]/g, '').trim()
  if (/^-?(0x[\da-fA-F]+|\d+)[uUlL]*$/.test(plain)) return Number(plain.replace(/[uUlL]+$/, ''))
  const shifted = /^(\d+)[uUlL]*\s*<<\s*(\d+)$/.exec(plain)
  if (shifted !== null) return Number(shifted[1]) * 2 ** Number(shifted[2])
  const sum = /^(\w+)\s*([+-])\s*(\d+)$/.exec(plain)
  if (sum === null) return values.get(plain)
  const base = values.get(sum[1]!)
  return base === undefined ? undefined : base + (sum[2] === '+' ? 1 : -1) * Number(sum[3])
}
