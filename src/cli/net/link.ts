/**
 * Links as `ip -details -json link` has them.
 *
 * @module
 */
import type { Link, LINK_FLAGS } from '../../netlink/index.ts'
import { kindData } from './kinds.ts'
import type { LinkNames } from './names.ts'
import { cell, type Json, pick } from './plain.ts'

/** Flags in the order in which `ip` prints them. `running` is told by its absence: NO-CARRIER. */
const FLAG_ORDER = [
  'loopback',
  'broadcast',
  'pointopoint',
  'multicast',
  'noarp',
  'allmulti',
  'promisc',
  'master',
  'slave',
  'debug',
  'dynamic',
  'automedia',
  'portsel',
  'notrailers',
  'up',
  'lowerUp',
  'dormant',
  'echo',
] as const satisfies (keyof typeof LINK_FLAGS)[]

function flagsOf({ flags, link, linkNetnsid }: Link, names: LinkNames): string[] {
  const words: string[] = FLAG_ORDER.filter((flag) => flags.includes(flag)).map((flag) =>
    flag === 'lowerUp' ? 'LOWER_UP' : flag.toUpperCase(),
  )
  if (flags.includes('up') && !flags.includes('running')) words.unshift('NO-CARRIER')
  for (const flag of flags) if (typeof flag === 'number') words.push(flag.toString(16))
  if (link !== undefined && link !== 0 && linkNetnsid === undefined && names.isDown(link)) words.push('M-DOWN')
  return words
}

/** The lower link or other end: by name, or by number where it is in another namespace. */
function lower({ link, linkNetnsid }: Link, names: LinkNames): Json {
  if (link === undefined) return {}
  if (link === 0) return { link: null }
  return linkNetnsid === undefined ? { link: names.name(link) } : { link_index: link, link_netnsid: linkNetnsid }
}

function linkinfo({ linkinfo: info }: Link): Json {
  if (info === undefined) return {}
  const { kind, slaveKind } = info
  const data = kindData(kind, info.data)
  const slaveData = kindData(slaveKind === undefined ? undefined : `${slaveKind}_slave`, info.slaveData)
  return {
    linkinfo: {
      ...(kind === undefined ? {} : { info_kind: kind }),
      ...(data === undefined ? {} : { info_data: data }),
      ...(slaveKind === undefined ? {} : { info_slave_kind: slaveKind }),
      ...(slaveData === undefined ? {} : { info_slave_data: slaveData }),
    },
  }
}

/** A group of links by the name that it has by itself. */
const group = (number: number): string => (number === 0 ? 'default' : `${number}`)

/** What both `link` and `addr` print of a link. */
export function linkFields(link: Link, names: LinkNames): Json {
  const { index, name, mtu, qdisc, master, operstate, txqlen, type } = link
  return {
    ifindex: index,
    ...lower(link, names),
    ifname: name,
    flags: flagsOf(link, names),
    ...pick({ mtu, qdisc }, { mtu: 'mtu', qdisc: 'qdisc' }),
    ...(master === undefined || master === 0 ? {} : { master: names.name(master) }),
    operstate: String(operstate ?? 'unknown').toUpperCase(),
    group: group(link.group ?? 0),
    ...(txqlen === undefined ? {} : { txqlen }),
    link_type: String(type),
    ...pick(link, {
      address: 'address',
      broadcast: 'broadcast',
      newNetnsid: 'new_netnsid',
      newIfindex: 'new_ifindex',
      promiscuity: 'promiscuity',
      allmulti: 'allmulti',
      minMtu: 'min_mtu',
      maxMtu: 'max_mtu',
    }),
    ...linkinfo(link),
    ...pick(link, {
      numTxQueues: 'num_tx_queues',
      numRxQueues: 'num_rx_queues',
      gsoMaxSize: 'gso_max_size',
      gsoMaxSegs: 'gso_max_segs',
      tsoMaxSize: 'tso_max_size',
      tsoMaxSegs: 'tso_max_segs',
      groMaxSize: 'gro_max_size',
      gsoIpv4MaxSize: 'gso_ipv4_max_size',
      groIpv4MaxSize: 'gro_ipv4_max_size',
      physPortName: 'phys_port_name',
      physPortId: 'phys_port_id',
      physSwitchId: 'phys_switch_id',
      parentDevBusName: 'parentbus',
      parentDevName: 'parentdev',
      alias: 'ifalias',
      altnames: 'altnames',
      permAddress: 'permaddr',
    }),
  }
}

/** A link. */
export function linkJson(link: Link, names: LinkNames): Json {
  const mode = link.afSpec?.inet6?.addrGenMode
  return {
    ...linkFields(link, names),
    linkmode: String(link.linkmode ?? 'default').toUpperCase(),
    ...(link.protoDown === true ? { proto_down: true } : {}),
    ...(mode === undefined ? {} : { inet6_addr_gen_mode: mode }),
  }
}

/** A link as a row of a table. */
export function linkRow(link: Link, names: LinkNames): readonly (string | number)[] {
  const { index, name = '', linkinfo: info, operstate, mtu = 0, address = '', master } = link
  const other = lower(link, names)
  return [
    index,
    name,
    info?.kind ?? '',
    String(operstate ?? ''),
    mtu,
    address,
    master === undefined || master === 0 ? '' : names.name(master),
    other['link_index'] === undefined ? cell(other['link']) : `if${link.link} (netns ${link.linkNetnsid})`,
  ]
}

/** Headings of {@link linkRow}. */
export const LINK_HEADINGS = ['INDEX', 'NAME', 'KIND', 'STATE', 'MTU', 'ADDRESS', 'MASTER', 'LINK'] as const
