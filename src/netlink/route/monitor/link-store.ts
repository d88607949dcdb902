/**
 * Links as a monitor knows them.
 *
 * @module
 */
import type { Link } from '../link.ts'
import type { Rtnl } from '../rtnl.ts'
import { KeyedStore, type Sink } from './store.ts'

/** Counters, and what a message says about itself. */
const APART: ReadonlySet<string> = new Set([
  'stats64',
  'stats',
  'icmp6stats',
  'cacheinfo',
  'change',
  'event',
  'extMask',
  'promiscuity',
  'allmulti',
  'xstats',
  'targetNetnsid',
])

/** The links of one network namespace. */
export class LinkStore extends KeyedStore<Link> {
  constructor() {
    super(({ index }) => index, APART)
  }

  /** A link that moved to another namespace is told with where it went. */
  override drop(link: Link, sink: Sink<Link>): boolean {
    const { newNetnsid, newIfindex } = link
    return super.drop(link, ({ type, object }) => {
      const whereto = {
        ...(newNetnsid === undefined ? {} : { newNetnsid }),
        ...(newIfindex === undefined ? {} : { newIfindex }),
      }
      if (type === 'removed') sink({ type, object: { ...object, ...whereto } })
    })
  }
}

/**
 * The first message of a fresh netkit end knows nothing of its peer, as the two are joined after it; the peer tells it only with its next change.
 * Since Linux 7.1 there are devices without a peer.
 */
function misses({ linkinfo }: Link): boolean {
  if (linkinfo?.kind !== 'netkit') return false
  return linkinfo.data?.peerPolicy === undefined && linkinfo.data?.pairing !== 'single'
}

/** What a message of a link means. One of another family is about a part of it, a bridge's port: then the link is asked for as a whole. */
export function settleLink(
  link: Link,
  gone: boolean,
  rtnl: Rtnl,
  netnsid: number | undefined,
): { gone: boolean; item: Link } | undefined {
  const { family, index } = link
  if (family !== 'unspec' || (!gone && misses(link))) {
    const item = rtnl.links.find(index, { netnsid })
    return item === undefined ? undefined : { gone: false, item }
  }
  return { gone, item: link }
}
