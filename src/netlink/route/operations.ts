/**
 * The messages of rtnetlink that the library sends: one row each.
 *
 * @module
 */
import type { In, Out } from '../../codec/index.ts'
import type { Operation } from '../operation.ts'
import { addressMessage } from './address-message.ts'
import { linkMessage } from './link.ts'
import { neighbourMessage } from './neighbour-message.ts'
import { nexthopMessage } from './nexthop-message.ts'
import { nsidMessage } from './nsid-message.ts'
import { routeMessage } from './route-message.ts'
import { ruleMessage } from './rule-message.ts'

type Speaks<M> = { readonly new: Op<M>; readonly del: Op<M>; readonly get: Op<M> }
type Op<M> = Operation<In<M>, Out<M>>

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
