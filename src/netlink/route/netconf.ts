/**
 * What links are told about forwarding, in one place for every address family.
 *
 * @module
 */
import type { Out } from '../../codec/index.ts'
import type { netconfMessage } from './netconf-message.ts'
import { NETCONF } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'

/** What a link is told, or all of them (`all`), or what new ones get (`default`). The values are those of `/proc/sys/net/ipv4/conf` and its like. */
export interface Netconf extends Out<typeof netconfMessage> {}

/** An address family that has such settings. */
export type NetconfFamily = 'inet' | 'inet6' | 'mpls'

/** Settings of the links of one network namespace (`RTM_GETNETCONF`); ip: `ip netconf`. They are changed by `links.change`, and by sysctl. */
export class Netconfs {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    this.#rtnl = rtnl
  }

  /** Of a link, of `all`, or the `default`.  @throws NetlinkError EINVAL when the family has nothing to say of it. */
  get(dev: LinkRef, family: NetconfFamily = 'inet'): Netconf {
    const which = dev === 'all' || dev === 'default' ? dev : this.#rtnl.links.indexOf(dev)
    return this.#rtnl.ask(
      NETCONF.get,
      { family, dev: which },
      { attempted: `get the ${family} settings of link ${dev}` },
    )
  }

  /** Of all links, `all` and `default` too; of one family, or of IPv4 and IPv6. */
  list(family?: NetconfFamily): Netconf[] {
    const families = family === undefined ? (['inet', 'inet6'] as const) : [family]
    return families.flatMap((one) =>
      this.#rtnl.dumpAll(NETCONF.get, { family: one }, { attempted: `list ${one} settings` }),
    )
  }
}
