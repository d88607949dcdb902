/**
 * Rules of the routing policy as `ip -details -json rule` has them.
 *
 * @module
 */
import type { Rule } from '../../netlink/index.ts'
import { cell, hexadecimal, type Json, pick } from './plain.ts'

/** Transport protocols that have a name everywhere. */
const IP_PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'ipv6-icmp',
  132: 'sctp',
}

function prefixFields(name: string, text: string | undefined): Json {
  if (text === undefined) return {}
  const [host, length] = text.split('/')
  return { [name]: host, ...(length === undefined ? {} : { [`${name}len`]: Number(length) }) }
}

interface Range {
  readonly start: number
  readonly end: number
}

const range = (name: string, { start, end }: Range): Json => ({ [`${name}_start`]: start, [`${name}_end`]: end })

/** A port is said alone, with the mask that the kernel tells since Linux 6.15. */
function portFields(name: string, ports: Range | undefined, mask: number | undefined): Json {
  if (ports === undefined) return {}
  if (ports.start !== ports.end) return range(name, ports)
  return { [name]: ports.start, ...(mask === undefined ? {} : { [`${name}_mask`]: hexadecimal(mask) }) }
}

/** Names of DSCP values (`/etc/iproute2/rt_dsfield`): class selectors, expedited and assured forwarding. */
const DSCP: Readonly<Record<number, string>> = {
  0: 'default',
  46: 'EF',
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [n * 8, `CS${n}`])),
  ...Object.fromEntries([1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop) => [n * 8 + drop * 2, `AF${n}${drop}`]))),
}

function classFields({ dscp, dscpMask, flowlabel, flowlabelMask }: Rule): Json {
  return {
    ...(dscp === undefined ? {} : { dscp: DSCP[dscp] ?? String(dscp) }),
    ...(dscp === undefined || dscpMask === undefined ? {} : { dscp_mask: hexadecimal(dscpMask) }),
    ...(flowlabel === undefined || flowlabelMask === undefined
      ? {}
      : { flowlabel: hexadecimal(flowlabel), flowlabel_mask: hexadecimal(flowlabelMask) }),
  }
}

/** A rule of the routing policy. */
export function ruleJson(rule: Rule): Json {
  const { priority = 0, flags, src, dst, tos, fwmark, fwmask, iif, oif, table, action, ipproto } = rule
  return {
    priority,
    ...(flags.includes('invert') ? { not: null } : {}),
    ...prefixFields('src', src ?? 'all'),
    ...prefixFields('dst', dst),
    ...(tos === 0 ? {} : { tos: hexadecimal(tos) }),
    ...(fwmark === undefined && (fwmask ?? 0) === 0 ? {} : { fwmark: hexadecimal(fwmark ?? 0) }),
    ...(fwmask === undefined || fwmask === 0xffff_ffff ? {} : { fwmask: hexadecimal(fwmask) }),
    ...(iif === undefined ? {} : { iif, ...(flags.includes('iifDetached') ? { iif_detached: null } : {}) }),
    ...(oif === undefined ? {} : { oif, ...(flags.includes('oifDetached') ? { oif_detached: null } : {}) }),
    ...(rule.l3mdev === true ? { l3mdev: null } : {}),
    ...(rule.uidrange === undefined ? {} : range('uid', rule.uidrange)),
    ...(ipproto === undefined ? {} : { ipproto: IP_PROTOCOLS[ipproto] ?? `ipproto-${ipproto}` }),
    ...portFields('sport', rule.sport, rule.sportMask),
    ...portFields('dport', rule.dport, rule.dportMask),
    ...classFields(rule),
    ...pick(rule, { tunId: 'tun_id' }),
    ...(action === 'lookup' && rule.l3mdev !== true ? { table: String(table ?? 'main') } : {}),
    ...pick(rule, { suppressPrefixlength: 'suppress_prefixlen', suppressIfgroup: 'suppress_ifgroup' }),
    ...pick(rule, { goto: 'goto' }),
    ...(action === 'lookup' || action === 'goto' ? {} : { action: String(action) }),
    ...pick(rule, { protocol: 'protocol' }),
  }
}

/** What a rule asks for and does, in words. */
export function ruleRow(rule: Rule): readonly (string | number)[] {
  const { priority, protocol, table, goto, action, ...rest } = ruleJson(rule)
  const asks = Object.entries(rest).map(([name, value]) => (value === null ? name : `${name} ${cell(value)}`))
  const does = table !== undefined ? `lookup ${cell(table)}` : goto !== undefined ? `goto ${cell(goto)}` : action
  return [Number(priority), String(rule.family), asks.join(' '), cell(does ?? 'l3mdev'), cell(protocol)]
}

/** Headings of {@link ruleRow}. */
export const RULE_HEADINGS = ['PRIORITY', 'FAMILY', 'PACKETS', 'ACTION', 'PROTOCOL'] as const
