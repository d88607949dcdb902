import fc from 'fast-check'
import { formatIp, formatMac } from '../../../src/codec/index.ts'
import { addressMessage } from '../../../src/netlink/route/address-message.ts'
import { bridgeVlanMessage, bridgeVlanQuery } from '../../../src/netlink/route/bridge-vlan-message.ts'
import { linkMessage } from '../../../src/netlink/route/link.ts'
import { mdbMessage, mdbRequest } from '../../../src/netlink/route/mdb-message.ts'
import { netconfMessage } from '../../../src/netlink/route/netconf-message.ts'
import { neighbourMessage } from '../../../src/netlink/route/neighbour-message.ts'
import { nexthopMessage } from '../../../src/netlink/route/nexthop-message.ts'
import { nsidMessage } from '../../../src/netlink/route/nsid-message.ts'
import { routeMessage } from '../../../src/netlink/route/route-message.ts'
import { ruleMessage } from '../../../src/netlink/route/rule-message.ts'
import { statsMessage, statsRequest } from '../../../src/netlink/route/stats-message.ts'
import { vniMessage } from '../../../src/netlink/route/vni-message.ts'
import { type Custom } from '../codec/arbitrary.ts'
import { checkTable } from '../codec/check-table.ts'

const ip = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(formatIp)
const segments = { segs: fc.array(ip(16), { minLength: 1, maxLength: 4 }) }

/** Values for the codecs that only these tables have. */
const custom: Custom = {
  link: () => fc.integer({ min: 0, max: 0x7fff_ffff }),
  ifindex: () => fc.integer({ min: 0, max: 0x7fff_ffff }),
  netns: () => fc.nat(0xffff),
  paddedMac: () => fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => formatMac(bytes)),
  weight: () => fc.integer({ min: 1, max: 256 }),
  via: () => fc.oneof(ip(4), ip(16)),
  labels: () => fc.array(fc.nat(0xf_ffff), { minLength: 1, maxLength: 4 }),
  lifetime: () => fc.oneof(fc.nat(0xffff_ffff), fc.constant(Infinity)),
  srh: () => fc.record(segments),
  seg6Tunnel: () => fc.record({ ...segments, mode: fc.constantFrom('inline', 'encap', 7) }),
  packed: () =>
    fc.array(
      fc.record({ dev: fc.nat(9), weight: fc.integer({ min: 1, max: 256 }), via: ip(4) }, { requiredKeys: [] }),
      { maxLength: 3 },
    ),
  bridgeId: undefined,
  groupMember: () => fc.record({ id: fc.nat(0xffff_ffff), weight: fc.integer({ min: 1, max: 65_536 }) }),
  groupAddress: () =>
    fc.oneof(
      ip(4),
      ip(16),
      fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => formatMac(bytes)),
    ),
}

checkTable('a link', linkMessage, { custom, runs: 60 })
checkTable('an address', addressMessage, { custom })
checkTable('a neighbour', neighbourMessage, { custom })
checkTable('a namespace id', nsidMessage, { custom })
checkTable('a route', routeMessage, { custom })
checkTable('a rule', ruleMessage, { custom })
checkTable('a nexthop object', nexthopMessage, { custom })
checkTable('VLANs of a bridge', bridgeVlanMessage, { custom })
checkTable('a question for VLANs', bridgeVlanQuery, { custom })
checkTable('a multicast database', mdbMessage, { custom })
checkTable('an entry of one', mdbRequest, { custom })
checkTable('VNIs', vniMessage, { custom })
checkTable('settings', netconfMessage, { custom })
checkTable('counters', statsMessage, { custom })
checkTable('a request of counters', statsRequest, { custom })
