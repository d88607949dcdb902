/**
 * Making a pair step by step, and undoing it when a step fails.
 *
 * @module
 */
import { NetlinkError } from '../netlink/error.ts'
import { type Link, Rtnl } from '../netlink/route/index.ts'
import { creation, type NetkitOptions, type NetkitSide, verify } from './options.ts'

/** Makes the pair as it was asked for; nothing is left when a step fails. */
export function build(rtnl: Rtnl, options: NetkitOptions): Link {
  const spec = creation(options)
  const link = rtnl.links.add(spec)
  try {
    verify(spec, link)
    configure(rtnl, link, options)
    return link
  } catch (error) {
    undo(rtnl, link, error)
  }
}

/** {@link build} whose creation leaves the event loop free; the settings after it cost microseconds each. */
export async function buildAsync(rtnl: Rtnl, options: NetkitOptions): Promise<Link> {
  const spec = creation(options)
  const link = await rtnl.links.addAsync(spec)
  try {
    verify(spec, link)
    configure(rtnl, link, options)
    return link
  } catch (error) {
    undo(rtnl, link, error)
  }
}

function undo(rtnl: Rtnl, link: Link, error: unknown): never {
  try {
    rtnl.links.delete(link.index)
  } catch (again) {
    throw new AggregateError([error, again], 'the netkit pair could neither be set up nor deleted', { cause: again })
  }
  throw error
}

/** The peer first: once the primary is up, both are. */
function configure(rtnl: Rtnl, link: Link, options: NetkitOptions): void {
  const { mode = 'l3', peer } = options
  if (peer !== undefined && link.link !== undefined && link.link !== 0) {
    if (peer.netns === undefined) set(rtnl, link.link, peer, mode)
    else {
      using there = Rtnl.open({ netns: peer.netns })
      set(there, link.link, peer, mode)
    }
  }
  set(rtnl, link.index, options, mode)
}

function set(rtnl: Rtnl, index: number, side: NetkitSide, mode: 'l2' | 'l3'): void {
  if (side.alias !== undefined) rtnl.links.change(index, { alias: side.alias })
  setAddrGenMode(rtnl, index, side.addrGenMode, mode)
  for (const address of side.addresses ?? []) {
    rtnl.addresses.add({ dev: index, ...(typeof address === 'string' ? { address } : address) })
  }
  if (side.up !== undefined) rtnl.links.change(index, { up: side.up })
}

function setAddrGenMode(rtnl: Rtnl, index: number, asked: NetkitSide['addrGenMode'], mode: 'l2' | 'l3'): void {
  const addrGenMode = asked ?? (mode === 'l3' ? 'none' : undefined)
  if (addrGenMode === undefined) return
  try {
    rtnl.links.change(index, { afSpec: { inet6: { addrGenMode } } })
  } catch (error) {
    // A kernel without IPv6 makes no addresses: only who asked for them has to know.
    if (asked === undefined && error instanceof NetlinkError && error.code === 'EAFNOSUPPORT') return
    throw error
  }
}
