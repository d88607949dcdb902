/**
 * Links as a monitor knows them.
 *
 * @module
 */
import type { Link } from '../link.ts'
import { type Apart, same } from './same.ts'
import { KeyedStore, type Sink } from './store.ts'

/** Counters, timers, and what a message says about itself. */
const APART: ReadonlySet<string> = new Set([
  'helloTimer',
  'tcnTimer',
  'topologyChangeTimer',
  'gcTimer',
  'messageAgeTimer',
  'forwardDelayTimer',
  'holdTimer',
  'fdbNLearned',
  'stats',
  'stats64',
  'afSpec',
  'change',
  'event',
  'extMask',
  'promiscuity',
  'allmulti',
  'xstats',
  'targetNetnsid',
])

/** Of what a link is told for each family: counters, and how far IPv6 is with its router solicitations. */
const AF_APART: ReadonlySet<string> = new Set(['stats', 'icmp6stats', 'cacheinfo', 'flags'])

/** The links of one network namespace. */
export class LinkStore extends KeyedStore<Link> {
  constructor() {
    super(({ index }) => index, APART)
  }

  protected override alike(a: Link, b: Link, apart: Apart): boolean {
    return super.alike(a, b, apart) && same(a.afSpec, b.afSpec, AF_APART)
  }

  /** A link that moved to another namespace is told with where it went. */
  override drop(link: Link, sink: Sink<Link>): boolean {
    const { newNetnsid, newIfindex } = link
    const whereto = {
      ...(newNetnsid === undefined ? {} : { newNetnsid }),
      ...(newIfindex === undefined ? {} : { newIfindex }),
    }
    const { added, changed } = sink
    return super.drop(link, { added, changed, removed: (object) => sink.removed({ ...object, ...whereto }) })
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

/** What a message of a link means. One of another family is about a part of it, a bridge's port, and never about its end: the link is asked for. */
export function settleLink(link: Link, gone: boolean): Link | number {
  return link.family !== 'unspec' || (!gone && misses(link)) ? link.index : link
}
