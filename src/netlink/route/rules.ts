/**
 * Rules of the routing policy: which table is looked in for which packets.
 *
 * @module
 */
import { type In, type Out, parseCidr } from '../../codec/index.ts'
import { same } from './monitor/same.ts'
import type { ObjectType } from './objects.ts'
import { RULE } from './operations.ts'
import type { TableRef } from './routes.ts'
import type { ruleMessage } from './rule-message.ts'

type Wire = Out<typeof ruleMessage>
type WireIn = In<typeof ruleMessage>

/** A rule as the kernel tells it. `src` and `dst` are as `ip` prints them; absent means all. */
export interface Rule extends Omit<
  Wire,
  | 'dst'
  | 'src'
  | 'dstLen'
  | 'srcLen'
  | 'shortTable'
  | 'reserved1'
  | 'reserved2'
  | 'suppressIfgroup'
  | 'suppressPrefixlength'
> {
  /** `FRA_SRC`; ip: `from`. */
  src?: string | undefined
  /** `FRA_DST`; ip: `to`. */
  dst?: string | undefined
  /** `FRA_SUPPRESS_PREFIXLEN`: routes with a prefix of that length or shorter are not taken. */
  suppressPrefixlength?: number | undefined
  /** `FRA_SUPPRESS_IFGROUP`: routes through links of that group are not taken. */
  suppressIfgroup?: number | undefined
}

/** A rule to add or delete. Left out: family `inet` (unless an address tells it), action `lookup`, table `main`. */
export type RuleSpec = Omit<
  WireIn,
  'family' | 'dst' | 'src' | 'dstLen' | 'srcLen' | 'shortTable' | 'reserved1' | 'reserved2' | 'table'
> & {
  readonly family?: 'inet' | 'inet6' | undefined
  /** ip: `from`. */
  readonly src?: string | undefined
  /** ip: `to`. */
  readonly dst?: string | undefined
  /** ip: `lookup`. */
  readonly table?: TableRef | undefined
}

/** Which rules are listed. */
export interface RuleFilter {
  /** The kernel filters. */
  readonly family?: 'inet' | 'inet6' | undefined
  readonly table?: TableRef | undefined
  readonly priority?: number | undefined
}

const NONE = 0xffff_ffff
const HOST_BITS: Readonly<Record<string, number>> = { inet: 32, inet6: 128 }

function toWire(spec: RuleSpec, forDelete: boolean): WireIn {
  const { src, dst, family, table, action, goto, ...rest } = spec
  const from = src === undefined || src === 'all' ? undefined : parseCidr(src)
  const to = dst === undefined || dst === 'all' ? undefined : parseCidr(dst)
  const does = action ?? (goto === undefined ? (forDelete && table === undefined ? 'unspec' : 'lookup') : 'goto')
  // A rule that asks a VRF for its table names none itself.
  const looksIn = table ?? (does === 'lookup' && spec.l3mdev !== true ? 'main' : undefined)
  return {
    ...rest,
    goto,
    family: from?.family ?? to?.family ?? family ?? 'inet',
    src: from?.address,
    srcLen: from?.prefix ?? 0,
    dst: to?.address,
    dstLen: to?.prefix ?? 0,
    action: does,
    table: looksIn,
  }
}

function prefixText(address: unknown, length: number, family: Wire['family']): string | undefined {
  if (address === undefined) return undefined
  return length === HOST_BITS[family] ? (address as string) : `${address as string}/${length}`
}

function fromWire(wire: Wire): Rule {
  const { dst, src, dstLen, srcLen, shortTable, reserved1: _1, reserved2: _2, ...rest } = wire
  const { suppressIfgroup, suppressPrefixlength, ...others } = rest
  return {
    ...others,
    ...(src === undefined ? {} : { src: prefixText(src, srcLen, wire.family) }),
    ...(dst === undefined ? {} : { dst: prefixText(dst, dstLen, wire.family) }),
    ...(wire.table === undefined && shortTable !== 0 ? { table: shortTable } : {}),
    // The kernel says "none" as all ones, always.
    ...(suppressIfgroup === undefined || suppressIfgroup === NONE ? {} : { suppressIfgroup }),
    ...(suppressPrefixlength === undefined || suppressPrefixlength === NONE ? {} : { suppressPrefixlength }),
  }
}

/** What the kernel fills in, and what it says of a rule without being asked. */
function identity(rule: Rule, wanted: Rule): Record<string, unknown> {
  const { flags, priority, protocol, pad: _pad, unknown: _unknown, ...rest } = rule as Rule & { pad?: unknown }
  return {
    fwmask: rule.fwmark === undefined ? undefined : 0xffff_ffff,
    sportMask: rule.sport === undefined || rule.sport.start !== rule.sport.end ? undefined : 0xffff,
    dportMask: rule.dport === undefined || rule.dport.start !== rule.dport.end ? undefined : 0xffff,
    dscpMask: rule.dscp === undefined ? undefined : 0x3f,
    l3mdev: false,
    ...rest,
    inverted: flags.includes('invert'),
    priority: wanted.priority === undefined ? undefined : (priority ?? 0),
    protocol: wanted.protocol === undefined ? undefined : protocol,
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/** Rules, for the verbs. The kernel has no `replace` for them: `add` of one that exists is EEXIST. */
export const ruleType: ObjectType<Wire, WireIn, Rule, RuleSpec, RuleFilter> = {
  noun: 'rule',
  create: RULE.new,
  remove: RULE.del,
  fetch: RULE.get,
  toWire,
  fromWire,
  select: ({ family, table, priority }) => ({
    body: { family: family ?? 'unspec' },
    where:
      table !== undefined || priority !== undefined
        ? (rule) =>
            (table === undefined || rule.table === table) &&
            // The first rule, of priority 0, comes without the attribute.
            (priority === undefined || (rule.priority ?? 0) === priority)
        : undefined,
  }),
  // A rule has no key but all that it says; a priority or protocol that is not said may be any.
  key: (wanted) => ({
    filter: { family: wanted.family as 'inet' | 'inet6' },
    is: (rule) => same(identity(rule, wanted), identity(wanted, wanted), NOTHING),
  }),
  again: ({ family, flags, unknown: _unknown, ...rest }) =>
    ({
      ...rest,
      family,
      flags: flags.filter((flag) => flag === 'invert' || flag === 'findSaddr'),
    }) as RuleSpec,
  label: ({ src, dst, priority, table }) =>
    [
      priority === undefined ? '' : `${priority}:`,
      `from ${src ?? 'all'}`,
      dst === undefined ? '' : `to ${dst}`,
      table === undefined ? '' : `lookup ${table}`,
    ]
      .filter((word) => word !== '')
      .join(' '),
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'the same rule is there already'
    if (refusal.code === 'ENOENT' && verb === 'delete') return 'there is no such rule'
    return undefined
  },
}
