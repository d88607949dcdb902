/** In which namespace a pair's ends are made, and how they see each other: one table for every kind that comes in pairs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type LinkSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { NetNs } from '../../../src/netns/index.ts'
import { needs } from '../needs.ts'
import { since } from './refused.ts'

type Place = 'net1' | 'net2' | 'net3' | 'net4' | undefined
type Row = readonly [
  src: Exclude<Place, undefined>,
  netns: Place,
  linkNetns: Place,
  peerNetns: Place,
  nsid: number | undefined,
]

const rows: readonly Row[] = [
  ['net1', undefined, undefined, undefined, undefined],
  ['net1', 'net2', undefined, undefined, undefined],
  ['net2', undefined, 'net3', undefined, 100],
  ['net1', 'net2', 'net3', undefined, undefined],
  ['net2', undefined, undefined, 'net3', 100],
  ['net1', 'net2', undefined, 'net3', 100],
  ['net2', undefined, 'net2', 'net3', 100],
  ['net1', 'net2', 'net4', 'net3', 100],
]

describe.each(['veth', 'netkit', 'vxcan'] as const)('%s', (kind) => {
  describe('ends in namespaces', needs(`kind:${kind}`), () => {
    const spaces = new Map<Place, NetNs>()
    beforeAll(() => {
      for (const name of ['net1', 'net2', 'net3', 'net4'] as const) spaces.set(name, NetNs.create())
      using net2 = Rtnl.open({ netns: spaces.get('net2')! })
      net2.nsids.set(spaces.get('net3')!, 100)
    })
    afterAll(() => {
      for (const netns of spaces.values()) netns.close()
    })

    test.each(rows)('from %s: netns %s, link-netns %s, peer netns %s', (src, netns, linkNetns, peerNetns, nsid) => {
      // Newer kernels take link-netns for the peer of a device that goes elsewhere too; before it was the source's.
      if (!since(6, 15) && linkNetns !== undefined && peerNetns === undefined) return
      using here = Rtnl.open({ netns: spaces.get(src)! })
      const home = spaces.get(netns ?? src)!
      // The number is one that the namespace has in which the device is made.
      const linkNetnsid =
        linkNetns === undefined ? undefined : here.elsewhere(home, (there) => idOf(there, spaces.get(linkNetns)!))
      // Without a namespace of its own the peer is left out: it is where the device is.
      const data = peerNetns === undefined ? {} : { peer: { name: 'bar', netns: spaces.get(peerNetns)! } }
      here.links.add({
        name: 'foo',
        netns: netns === undefined ? undefined : spaces.get(netns)!,
        linkNetnsid,
        linkinfo: { kind, data },
      } as LinkSpec)
      here.elsewhere(home, ({ links }) => {
        try {
          expect(links.get('foo').linkNetnsid).toBe(nsid)
        } finally {
          links.delete('foo')
        }
      })
    })
  })
})

function idOf(here: Rtnl, netns: NetNs): number {
  return here.nsids.get(netns) ?? here.nsids.set(netns)
}
