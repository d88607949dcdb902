/**
 * Our tables beside what the running kernel wants: the policies that generic netlink families hand out, and those that rtnetlink tells when an attribute
 * is empty that should be a number.
 *
 * The kernel tells widths, not byte order, and of rtnetlink only those of numbers. Everything is sent in a namespace of its own.
 */
import { type AnyCodec, tableOf } from '../../src/codec/index.ts'
import { ethtool, Genl, netdev, nlctrl, wireguard } from '../../src/netlink/generic/index.ts'
import { linkKinds, NetlinkError, operations, type Policy, Rtnl } from '../../src/netlink/index.ts'
import type { FamilySpec } from '../../src/netlink/generic/spec.ts'
import { Lab } from '../kernel/lab.ts'
import type { Difference } from './compare.ts'

/** What was found. */
export interface Told {
  readonly differences: readonly Difference[]
  /** Attributes that the kernel was asked about. */
  readonly asked: number
  /** Those of which it told the type. */
  readonly told: number
}

/** Bytes of a number of a type; `any` where the kernel takes 4 or 8. */
const WIDTHS: Readonly<Record<string, number | 'any'>> = {
  u8: 1,
  s8: 1,
  u16: 2,
  s16: 2,
  u32: 4,
  s32: 4,
  u64: 8,
  s64: 8,
  uint: 'any',
  sint: 'any',
  bitfield32: 8,
}

/** What is wrong with a codec for an attribute of this type, if anything is. */
function mismatch(codec: AnyCodec, { type }: Policy): string | undefined {
  const width = WIDTHS[String(type)]
  const ours = codec.kind === 'uint' || codec.kind === 'sint' ? 'any' : codec.size
  if (width !== undefined) {
    // Codecs without a width read what they find.
    if (ours === undefined || ours === width || (width === 'any' && (ours === 4 || ours === 8))) return undefined
    return `the kernel wants ${String(type)}, ours is ${codec.kind} of ${ours} bytes`
  }
  if (type === 'flag' && codec.kind !== 'flag') return `the kernel wants a flag, ours is ${codec.kind}`
  if ((type === 'nested' || type === 'nested-array') && !codec.nested && codec.kind !== 'bytes') {
    return `the kernel wants a nest, ours is ${codec.kind}`
  }
  return undefined
}

class Findings {
  readonly differences: Difference[] = []
  asked = 0
  told = 0

  look(at: string, subject: string, codec: AnyCodec, policy: Policy | undefined): void {
    this.asked++
    if (policy?.type === undefined) return
    this.told++
    const what = mismatch(codec, policy)
    if (what !== undefined) this.differences.push({ at, subject, what })
  }
}

/** The policies of our generic netlink families. */
function askFamilies(found: Findings): void {
  using genl = Genl.open()
  for (const spec of [nlctrl, netdev, ethtool, wireguard] as readonly FamilySpec[]) {
    let policy: ReturnType<Genl['policy']>
    try {
      policy = genl.policy(spec.name)
    } catch (error) {
      if (error instanceof NetlinkError) continue // the kernel lacks the family
      throw error
    }
    for (const { name, cmd, request } of Object.values(spec.commands)) {
      const { do: first, dump } = policy.commands.get(cmd) ?? {}
      for (const index of new Set([first, dump])) {
        if (index !== undefined) askPolicy(found, policy.policies, index, name, request as AnyCodec, new Set())
      }
    }
  }
}

type Policies = ReturnType<Genl['policy']>['policies']

function askPolicy(
  found: Findings,
  policies: Policies,
  index: number,
  at: string,
  table: AnyCodec,
  seen: Set<string>,
): void {
  if (seen.has(`${at} ${index}`)) return
  seen.add(`${at} ${index}`)
  for (const row of tableOf(table)?.rows ?? []) {
    const policy = policies.get(index)?.get(row.id)
    const path = `${at}.${row.name}`
    const of = row.codec.kind === 'many' ? (row.codec as AnyCodec & { readonly of: AnyCodec }).of : row.codec
    found.look(at, path, of, policy)
    if (policy?.type === 'nested' && policy.policyIndex !== undefined) {
      askPolicy(found, policies, policy.policyIndex, path, of, seen)
    }
  }
}

/** An attribute, whose payload is the attributes in it. */
function nest(path: readonly number[], payload: Uint8Array): Uint8Array {
  return path.toReversed().reduce((inner, type) => {
    const bytes = new Uint8Array((4 + inner.length + 3) & ~3)
    new DataView(bytes.buffer).setUint16(0, 4 + inner.length, true)
    new DataView(bytes.buffer).setUint16(2, type | (inner === payload ? 0 : 0x8000), true)
    bytes.set(inner, 4)
    return bytes
  }, payload)
}

const NOTHING = new Uint8Array(0)

/** A place in a request where attributes can be tried. */
interface Place {
  readonly name: string
  readonly operation: unknown
  /** The body around them. */
  readonly body: object
  readonly table: AnyCodec
  /** The nests that they are in. */
  readonly path: readonly number[]
}

function part(codec: AnyCodec, ...names: readonly string[]): AnyCodec {
  return names.reduce<AnyCodec>((at, name) => {
    const row = tableOf(at)?.byName(name)
    if (row === undefined) throw new TypeError(`no row ${name}`)
    return row.codec.kind === 'many' ? (row.codec as AnyCodec & { readonly of: AnyCodec }).of : row.codec
  }, codec)
}

function places(): Place[] {
  const { LINK, ADDR, ROUTE, NEIGH, RULE, NSID, NEXTHOP, VLAN, MDB, TUNNEL, STATS, NETCONF } = operations
  const whole = (operation: { readonly name: string; readonly request: unknown }, body: object): Place => ({
    name: operation.name,
    operation,
    body,
    table: operation.request as AnyCodec,
    path: [],
  })
  const inside = (place: Place, names: readonly string[], path: readonly number[]): Place => ({
    ...place,
    name: `${place.name}.${names.join('.')}`,
    table: part(place.table, ...names),
    path,
  })
  const route = whole(ROUTE.new, { family: 'inet' })
  const vlan = whole(VLAN.new, { family: 'bridge', dev: 1 })
  const link = whole(LINK.new, { index: 4711 })
  return [
    link,
    inside(link, ['xdp'], [43]),
    whole(ADDR.new, { family: 'inet', dev: 1 }),
    route,
    whole(ROUTE.new, { family: 'inet6' }),
    inside(route, ['metrics'], [8]),
    whole(NEIGH.new, { family: 'inet', dev: 1 }),
    whole(RULE.new, { family: 'inet', action: 1 }),
    whole(NSID.new, { family: 'unspec' }),
    whole(NEXTHOP.new, { family: 'inet' }),
    whole(NETCONF.get, { family: 'inet' }),
    inside(vlan, ['entries'], [1]),
    inside(vlan, ['globalOptions'], [2]),
    inside(whole(MDB.new, { family: 'bridge', dev: 1 }), ['attributes'], [2]),
    inside(whole(TUNNEL.new, { family: 'bridge', dev: 1 }), ['entries'], [1]),
    whole(STATS.set, { dev: 1 }),
  ]
}

/** Sends one attribute that is empty and says what the kernel wants of it. */
function provoke(
  nl: Rtnl,
  operation: unknown,
  body: object,
  path: readonly number[],
  type: number,
): Policy | undefined {
  const unknown = [
    {
      type: path[0] ?? type,
      nested: path.length > 0,
      bytes: path.length > 0 ? nest([...path.slice(1), type], NOTHING) : NOTHING,
    },
  ]
  try {
    nl.netlink.request(operation as typeof operations.LINK.new, { ...body, unknown } as never)
  } catch (error) {
    if (error instanceof NetlinkError) return error.policy
    throw error
  }
  return undefined
}

/** What rtnetlink wants, as its refusals tell. */
function askRtnetlink(found: Findings): void {
  using lab = Lab.create('tables')
  using nl = Rtnl.open({ netns: lab.name })
  for (const { name, operation, body, table, path } of places()) {
    for (const row of tableOf(table)?.rows ?? []) {
      if (row.codec.size === undefined && row.codec.kind !== 'uint') continue
      found.look(name, `${name}.${row.name}`, row.codec, provoke(nl, operation, body, path, row.id))
    }
  }
  for (const [kind, table] of Object.entries(linkKinds)) {
    for (const row of tableOf(table)?.rows ?? []) {
      if (row.codec.size === undefined) continue
      const data = nest([2, row.id], NOTHING)
      const word = nest([1], new TextEncoder().encode(`${kind}\0`))
      const bytes = new Uint8Array([...word, ...data])
      const body = { name: 'probe' }
      const unknown = [{ type: 18, nested: true, bytes }]
      let policy: Policy | undefined
      try {
        nl.netlink.request(operations.LINK.new, { ...body, unknown }, { flags: 0x400 | 0x200 })
        nl.links.delete('probe')
      } catch (error) {
        if (!(error instanceof NetlinkError)) throw error
        policy = error.policy
      }
      found.look(kind, `${kind}.${row.name}`, row.codec, policy)
    }
  }
}

/** What the running kernel wants otherwise than our tables say. Takes root. */
export function kernelDifferences(): Told {
  const found = new Findings()
  askFamilies(found)
  askRtnetlink(found)
  return found
}
