/**
 * The messages of rtnetlink that the library sends: one row each.
 *
 * @module
 */
import type { In, Out } from '../../codec/index.ts'
import type { Operation } from '../operation.ts'
import { addressMessage } from './address-message.ts'
import { bridgeVlanMessage, bridgeVlanQuery } from './bridge-vlan-message.ts'
import { linkMessage } from './link.ts'
import { mdbMessage, mdbRequest } from './mdb-message.ts'
import { netconfMessage } from './netconf-message.ts'
import { neighbourMessage } from './neighbour-message.ts'
import { nexthopMessage } from './nexthop-message.ts'
import { nsidMessage } from './nsid-message.ts'
import { routeMessage } from './route-message.ts'
import { ruleMessage } from './rule-message.ts'
import { statsMessage, statsRequest } from './stats-message.ts'
import { vniMessage } from './vni-message.ts'
import { actionMessage } from './tc/action-message.ts'
import { classMessage } from './tc/class-message.ts'
import { filterMessage } from './tc/filter-message.ts'
import { qdiscMessage } from './tc/qdisc-message.ts'

type Speaks<M> = { readonly new: Op<M>; readonly del: Op<M>; readonly get: Op<M> }
type Op<M> = Operation<In<M>, Out<M>>
/** Where what is asked, or what is answered, is not what is made. */
type Asks<M, Query, Reply> = Omit<Speaks<M>, 'get'> & { readonly get: Operation<In<Query>, Out<Reply>> }

/** `RTM_NEW…`, `RTM_DEL…`, `RTM_GET…` of one kind of object, whose numbers follow one another. */
function family<M extends typeof linkMessage | { read: unknown; write: unknown }>(
  name: string,
  first: number,
  message: M,
): Speaks<M> {
  const operation = (verb: string, type: number): Op<M> => ({
    name: `RTM_${verb}${name}`,
    type,
    request: message as unknown as Op<M>['request'],
    reply: message as unknown as NonNullable<Op<M>['reply']>,
    replyType: first,
    echo: verb !== 'GET',
  })
  return { new: operation('NEW', first), del: operation('DEL', first + 1), get: operation('GET', first + 2) }
}

/** `RTM_NEWLINK` (16), `RTM_DELLINK`, `RTM_GETLINK`. */
export const LINK: Speaks<typeof linkMessage> = family('LINK', 16, linkMessage)
/** `RTM_NEWADDR` (20), `RTM_DELADDR`, `RTM_GETADDR`. */
export const ADDR: Speaks<typeof addressMessage> = family('ADDR', 20, addressMessage)
/** `RTM_NEWROUTE` (24), `RTM_DELROUTE`, `RTM_GETROUTE`. */
export const ROUTE: Speaks<typeof routeMessage> = family('ROUTE', 24, routeMessage)
/** `RTM_NEWNEIGH` (28), `RTM_DELNEIGH`, `RTM_GETNEIGH`. */
export const NEIGH: Speaks<typeof neighbourMessage> = family('NEIGH', 28, neighbourMessage)
/** `RTM_NEWRULE` (32), `RTM_DELRULE`, `RTM_GETRULE`. */
export const RULE: Speaks<typeof ruleMessage> = family('RULE', 32, ruleMessage)
/** `RTM_NEWNSID` (88), `RTM_DELNSID`, `RTM_GETNSID`. */
export const NSID: Speaks<typeof nsidMessage> = family('NSID', 88, nsidMessage)
/** `RTM_NEWLINKPROP` (108), `RTM_DELLINKPROP`: alternative names of a link. */
export const LINKPROP: Speaks<typeof linkMessage> = family('LINKPROP', 108, linkMessage)
/** `RTM_NEWNEXTHOP` (104), `RTM_DELNEXTHOP`, `RTM_GETNEXTHOP`. */
export const NEXTHOP: Speaks<typeof nexthopMessage> = family('NEXTHOP', 104, nexthopMessage)
/** `RTM_GETNEXTHOPBUCKET` (118). */
export const NEXTHOPBUCKET: Speaks<typeof nexthopMessage> = family('NEXTHOPBUCKET', 116, nexthopMessage)
/** `RTM_NEWQDISC` (36), `RTM_DELQDISC`, `RTM_GETQDISC`. */
export const QDISC: Speaks<typeof qdiscMessage> = family('QDISC', 36, qdiscMessage)
/** `RTM_NEWTCLASS` (40), `RTM_DELTCLASS`, `RTM_GETTCLASS`. */
export const TCLASS: Speaks<typeof classMessage> = family('TCLASS', 40, classMessage)
/** `RTM_NEWTFILTER` (44), `RTM_DELTFILTER`, `RTM_GETTFILTER`. */
export const TFILTER: Speaks<typeof filterMessage> = family('TFILTER', 44, filterMessage)
/** `RTM_NEWACTION` (48), `RTM_DELACTION`, `RTM_GETACTION`. A list comes as `RTM_GETACTION`. */
export const ACTION: Speaks<typeof actionMessage> = family('ACTION', 48, actionMessage)
/** `RTM_GETNETCONF` (82). */
export const NETCONF: Speaks<typeof netconfMessage> = family('NETCONF', 80, netconfMessage)
/** `RTM_GETSTATS` (94), `RTM_SETSTATS` (95, Linux 5.18). */
export const STATS: {
  readonly get: Op<typeof statsMessage>
  readonly set: Operation<In<typeof statsRequest>, never>
} = {
  get: family('STATS', 92, statsMessage).get,
  set: { name: 'RTM_SETSTATS', type: 95, request: statsRequest },
}
/** `RTM_NEWTUNNEL` (120), `RTM_DELTUNNEL`, `RTM_GETTUNNEL`: VNIs of VXLAN tunnels. Requires Linux 5.18. */
export const TUNNEL: Speaks<typeof vniMessage> = family('TUNNEL', 120, vniMessage)
/** `RTM_NEWVLAN` (112), `RTM_DELVLAN`, `RTM_GETVLAN`, whose question is of another kind: VLANs of bridges. Requires Linux 5.6. */
export const VLAN: Asks<typeof bridgeVlanMessage, typeof bridgeVlanQuery, typeof bridgeVlanMessage> = {
  ...family('VLAN', 112, bridgeVlanMessage),
  get: { ...family('VLAN', 112, bridgeVlanMessage).get, request: bridgeVlanQuery },
}
/**
 * `RTM_NEWMDB` (84), `RTM_DELMDB`, `RTM_GETMDB`: multicast databases of bridges. What is asked for is all of them, whose messages are `RTM_GETMDB` too, or
 * one (Linux 6.9).
 */
export const MDB: Asks<typeof mdbRequest, typeof mdbRequest, typeof mdbMessage> = {
  ...family('MDB', 84, mdbRequest),
  get: { ...family('MDB', 84, mdbRequest).get, reply: mdbMessage, replyType: undefined },
}
