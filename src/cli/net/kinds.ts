/**
 * The data of a kind of link under iproute2's names, where those are not ours with underscores.
 *
 * @module
 */
import { hexadecimal, type Json, pick, plain, snake } from './plain.ts'

interface Wording {
  /** Names by ours; `undefined` leaves a member out. */
  readonly names?: Readonly<Record<string, string | undefined>>
  /** Truths that are 0 and 1 there. */
  readonly numbers?: boolean
  /** Values in other words, by our name. */
  readonly values?: Readonly<Record<string, (value: unknown) => unknown>>
  /** Members that say something a second time. */
  readonly also?: (data: Json) => Json
  /** Members whose own members stand in their place, by our name: under which names. */
  readonly flat?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const interval = (name: string): string => `mcast_${name}_intvl`
/** 1/100 s as seconds. */
const seconds = (value: unknown): unknown => Number(value) / 100
const MULTICAST_ROUTER: Readonly<Record<string, number>> = { disabled: 0, tempQuery: 1, perm: 2, temp: 3 }
const router = (value: unknown): unknown => MULTICAST_ROUTER[String(value)] ?? value

/** iproute2 writes the one with a capital and the other without. */
const vlanProtocol = (value: unknown): unknown => (value === '802.1q' ? '802.1Q' : value)

/** `8000.0e:84:32:2b:ba:4c` without the zeros that lead, as they are printed there. */
const bridgeId = (value: unknown): unknown => String(value).replaceAll(/(?<=[.:])0(?=[\da-f])/g, '')

const WORDINGS: Readonly<Record<string, Wording>> = {
  netkit: {
    names: { primary: 'type' },
    values: { primary: (primary) => (primary === true ? 'primary' : 'peer') },
  },
  vlan: {
    names: { egressQosMap: 'egress_qos', ingressQosMap: 'ingress_qos' },
    values: {
      protocol: vlanProtocol,
      flags: (flags) =>
        Object.entries(flags as Record<string, boolean>)
          .filter(([, on]) => on)
          .map(([name]) => snake(name).toUpperCase()),
    },
  },
  bridge: {
    numbers: true,
    names: {
      groupAddress: 'group_addr',
      mcastLastMemberCount: 'mcast_last_member_cnt',
      mcastStartupQueryCount: 'mcast_startup_query_cnt',
      mcastLastMemberInterval: interval('last_member'),
      mcastMembershipInterval: interval('membership'),
      mcastQuerierInterval: interval('querier'),
      mcastQueryInterval: interval('query'),
      mcastQueryResponseInterval: interval('query_response'),
      mcastStartupQueryInterval: interval('startup_query'),
      nfCallIptables: 'nf_call_iptables',
      nfCallIp6tables: 'nf_call_ip6tables',
      nfCallArptables: 'nf_call_arptables',
      fdbNLearned: 'fdb_n_learned',
    },
    flat: {
      multiBoolopt: {
        noLlLearn: 'no_linklocal_learn',
        mcastVlanSnooping: 'mcast_vlan_snooping',
        mstEnable: 'mst_enabled',
      },
    },
    values: {
      vlanProtocol,
      rootId: bridgeId,
      bridgeId,
      mcastRouter: router,
      helloTimer: seconds,
      tcnTimer: seconds,
      topologyChangeTimer: seconds,
      gcTimer: seconds,
      groupFwdMask: hexadecimal,
    },
  },
  bridge_slave: {
    names: { mcastRouter: 'multicast_router' },
    values: {
      rootId: bridgeId,
      bridgeId,
      mcastRouter: router,
      id: hexadecimal,
      no: hexadecimal,
      groupFwdMask: hexadecimal,
      messageAgeTimer: seconds,
      forwardDelayTimer: seconds,
      holdTimer: seconds,
      topologyChangeAck: Number,
      configPending: Number,
    },
    also: ({ groupFwdMask = 0 }) => ({ group_fwd_mask_str: `0x${Number(groupFwdMask).toString(16)}` }),
  },
}

/** `IFLA_INFO_DATA` or `IFLA_INFO_SLAVE_DATA` as `ip` has it; `undefined` where there is none. */
export function kindData(kind: string | undefined, data: object | undefined): Json | undefined {
  if (kind === undefined || data === undefined) return undefined
  const { names = {}, numbers = false, values = {}, flat = {}, also } = WORDINGS[kind] ?? {}
  const json: Json = also?.(data as Json) ?? {}
  const put = (name: string, said: unknown): void => {
    json[name] = numbers && typeof said === 'boolean' ? Number(said) : said
  }
  for (const [ours, value] of Object.entries(data)) {
    if (value === undefined || ours === 'unknown') continue
    const theirs = Object.hasOwn(names, ours) ? names[ours] : snake(ours)
    if (theirs === undefined) continue
    if (flat[ours] === undefined) put(theirs, values[ours]?.(value) ?? plain(value))
    else for (const [name, said] of Object.entries(pick(value as object, flat[ours]))) put(name, said)
  }
  return Object.keys(json).length === 0 ? undefined : json
}
