/**
 * Neighbours as `ip -details -json neigh` has them, and entries of forwarding databases as `bridge -json fdb` has them.
 *
 * @module
 */
import type { FdbEntry, Neighbour } from '../../netlink/index.ts'
import type { LinkNames } from './names.ts'
import { type Json, pick, plain, snake } from './plain.ts'

/** Flags of a neighbour are members without a value. */
const NEIGHBOUR_FLAGS = ['router', 'proxy', 'externLearn', 'offload'] as const

const stateOf = (state: string | number): string => (typeof state === 'string' ? state.toUpperCase() : `${state}`)

/** A neighbour. */
export function neighbourJson(item: Neighbour, names: LinkNames): Json {
  const { dst, dev, lladdr, flags, flagsExt, state } = item
  return {
    dst: plain(dst),
    dev: names.name(dev),
    ...(lladdr === undefined ? {} : { lladdr: plain(lladdr) }),
    ...Object.fromEntries(NEIGHBOUR_FLAGS.filter((flag) => flags.includes(flag)).map((flag) => [snake(flag), null])),
    ...(flagsExt?.includes('managed') === true ? { managed: null } : {}),
    state: state === 'none' ? [] : [stateOf(state)],
    ...pick(item, { protocol: 'protocol' }),
  }
}

/** A neighbour as a row of a table. */
export function neighbourRow(item: Neighbour, names: LinkNames): readonly (string | number)[] {
  return [String(item.dst ?? ''), names.name(item.dev), String(item.lladdr ?? ''), String(item.state)]
}

/** Headings of {@link neighbourRow}. */
export const NEIGHBOUR_HEADINGS = ['ADDRESS', 'LINK', 'HARDWARE', 'STATE'] as const

/** `bridge` has words of its own for the states of entries. */
const FDB_STATES: Readonly<Record<string, string>> = {
  permanent: 'permanent',
  noarp: 'static',
  stale: 'stale',
  reachable: '',
}

/** An entry of a forwarding database. */
export function fdbJson(item: FdbEntry, names: LinkNames): Json {
  const { dev, master, flags, state, via } = item
  return {
    ...pick(item, { lladdr: 'mac' }),
    ifname: names.name(dev),
    ...pick(item, { vlan: 'vlan', dst: 'dst', port: 'port', vni: 'vni', srcVni: 'src_vni', nhid: 'nhid' }),
    ...(via === undefined ? {} : { viaIf: names.name(via) }),
    flags: flags.filter((flag) => flag !== 'master').map((flag) => snake(String(flag))),
    ...(master === undefined ? {} : { master: names.name(master) }),
    state: FDB_STATES[state] ?? String(state),
  }
}
