/** What is sent for what is asked, without a kernel: names looked up, namespaces opened and closed again, the words of `ip` where nothing is said. */
import { describe, expect, test } from 'vitest'

import { type Codec, decode, encode } from '../../../src/codec/index.ts'
import { linkMessage, operations, routeMessage, Rtnl } from '../../../src/netlink/route/index.ts'
import { resolveReferences } from '../../../src/netlink/route/refs.ts'
import { useKernel } from '../../../src/sys/index.ts'
import { FakeKernel, message, type Seen, u32 } from '../netlink/fake-kernel.ts'

const TYPES = new Map(
  Object.values(operations).flatMap((speaks) =>
    Object.values(speaks).map((operation) => [operation.type, operation] as const),
  ),
)

/** Runs work against a kernel that grants everything and knows two links; gives what it was asked, taken apart. */
function asked(work: (nl: Rtnl) => void, errno = 0): { name: string; flags: number; body: Record<string, unknown> }[] {
  const links: Record<string, number> = { v0: 7, br0: 9 }
  const body = ({ type, bytes }: Seen): Record<string, unknown> =>
    decode(TYPES.get(type)!.request as unknown as Codec<Record<string, unknown>, never>, bytes.slice(16))
  const kernel = new FakeKernel((request) => {
    const { flags, type } = request
    if (type === operations.LINK.get.type && (flags & 0x300) === 0) {
      const { name, altname } = body(request) as { name?: string; altname?: string }
      const index = links[name ?? altname ?? '']
      if (index === undefined) return [message(2, 0x100, request, u32(-19), request.bytes.slice(0, 16))]
      return [
        message(16, 0, request, encode(linkMessage, { index, name })),
        message(2, 0x100, request, u32(0), request.bytes.slice(0, 16)),
      ]
    }
    if ((flags & 0x300) === 0x300) return [message(3, 2, request, u32(0))]
    return [message(2, 0x100, request, u32(errno), request.bytes.slice(0, 16))]
  })
  using _ = useKernel(kernel)
  const nl = Rtnl.open()
  try {
    work(nl)
  } finally {
    nl.close()
  }
  expect(kernel.open.size, 'every socket is closed').toBe(0)
  return kernel.requests.map((request) => ({
    name: TYPES.get(request.type)!.name,
    flags: request.flags,
    body: body(request),
  }))
}

const last = (work: (nl: Rtnl) => void) => asked(work).at(-1)!

describe('references', () => {
  const by = { link: (name: string) => name.length, netns: () => 42 }

  test('are replaced wherever they stand, and the value stays as it was', () => {
    const value = {
      master: 'br0',
      link: 3,
      linkinfo: { kind: 'veth', data: { peer: { name: 'x', master: 'bridge', netns: 'blue' } } },
    } as const
    expect(resolveReferences(linkMessage, value, by)).toEqual({
      master: 3,
      link: 3,
      linkinfo: { kind: 'veth', data: { peer: { name: 'x', master: 6, netns: 42 } } },
    })
    expect(value.master).toBe('br0')
    const route = {
      dev: 'ab',
      multipath: [
        { dev: 'abc', weight: 1 },
        { dev: 5, weight: 1 },
      ],
      encapType: 'seg6local',
      encap: { oif: 'abcd' },
    } as const
    expect(resolveReferences(routeMessage, route, by)).toMatchObject({
      dev: 2,
      multipath: [{ dev: 3 }, { dev: 5 }],
      encap: { oif: 4 },
    })
  })

  test('a value without any is the same value', () => {
    const value = { index: 3, linkinfo: { kind: 'bridge', data: { ageingTime: 1 } } } as const
    expect(resolveReferences(linkMessage, value, by)).toBe(value)
  })

  test('are not for the codec to guess', () => {
    expect(() => encode(linkMessage, { master: 'br0' })).toThrow(/master: expected the index of a link, got "br0"/)
  })
})

describe('what is sent', () => {
  test('names are looked up, long ones among the alternative ones', () => {
    const seen = asked((nl) => nl.links.change('v0', { master: 'br0', mtu: 1400 }))
    expect(new Set(seen.slice(0, -1).map(({ body }) => body['name']))).toEqual(new Set(['v0', 'br0']))
    expect(seen.at(-1)!.name).toBe('RTM_NEWLINK')
    expect(seen.at(-1)!.body).toMatchObject({ index: 7, master: 9, mtu: 1400 })
    expect(() => asked((nl) => nl.links.get('a-name-longer-than-fifteen'))).toThrow(/ENODEV/)
  })

  test('flags as their values and which of them are meant', () => {
    const { body } = last((nl) => nl.links.change(7, { up: true, flags: { noarp: false, promisc: true } }))
    expect(body).toMatchObject({ flags: ['up', 'promisc'], change: 0x181 })
    expect(last((nl) => nl.links.change(7, { mtu: 1 })).body).toMatchObject({ flags: [], change: 0 })
  })

  test('each verb has its flags', () => {
    const route = { dst: '10.0.0.0/8', dev: 7 } as const
    const flags = (work: (nl: Rtnl) => void): string => last(work).flags.toString(16)
    expect(flags((nl) => nl.routes.add(route))).toBe('605')
    expect(flags((nl) => nl.routes.replace(route))).toBe('505')
    expect(flags((nl) => nl.routes.change(route))).toBe('105')
    expect(flags((nl) => nl.routes.append(route))).toBe('c05')
    expect(flags((nl) => nl.routes.delete(route))).toBe('5')
    expect(flags((nl) => nl.links.replace({ name: 'x' }))).toBe('405')
    // Made and not echoed, so it is looked at.
    expect(asked((nl) => nl.links.add({ name: 'v0' })).map((one) => one.flags.toString(16))).toEqual(['60d', '5'])
  })

  test.each([
    [
      'a gateway',
      { dst: '10.0.0.0/8', gateway: '192.0.2.1' },
      { family: 'inet', scope: 'global', protocol: 'boot', type: 'unicast', shortTable: 254 },
    ],
    ['a link', { dst: '10.0.0.0/8', dev: 7 }, { scope: 'link' }],
    ['a local one', { dst: '10.0.0.1', type: 'local', dev: 1 }, { scope: 'host', shortTable: 255, dstLen: 32 }],
    ['a broadcast', { dst: '10.0.0.255', type: 'broadcast', dev: 7 }, { scope: 'link', shortTable: 255 }],
    ['a table beyond 255', { dst: 'default', dev: 7, table: 256 }, { shortTable: 0, table: 256, dstLen: 0 }],
    ['a table by name', { dst: 'default', dev: 7, table: 'local' }, { shortTable: 255 }],
    ['a default of IPv6 by its gateway', { dst: 'default', gateway: 'fd00::1' }, { family: 'inet6', dstLen: 0 }],
    [
      'a default of IPv6 by its next hops',
      { dst: 'default', multipath: [{ gateway: 'fd00::1', weight: 1 }] },
      { family: 'inet6' },
    ],
    ['a default of IPv6 by word', { dst: 'default', family: 'inet6', dev: 7 }, { family: 'inet6' }],
    ['a source', { dst: 'fd00::/8', src: 'fd01::/16', dev: 7 }, { src: 'fd01::', srcLen: 16 }],
  ] as const)('a route: %s', (_, spec, body) => {
    expect(last((nl) => nl.routes.add(spec)).body).toMatchObject(body)
  })

  test('a deletion names what is named', () => {
    expect(last((nl) => nl.routes.delete({ dst: '10.0.0.0/8' })).body).toMatchObject({
      type: 'unspec',
      protocol: 'unspec',
      scope: 'nowhere',
    })
    expect(last((nl) => nl.neighbours.delete({ dst: '10.0.0.1', dev: 7 })).body).toMatchObject({
      state: 'none',
      dev: 7,
    })
    expect(last((nl) => nl.addresses.delete({ address: '10.0.0.1/8', dev: 7 })).body).toMatchObject({
      prefixlen: 8,
      local: '10.0.0.1',
    })
  })

  test('lists ask the kernel to filter', () => {
    const body = (work: (nl: Rtnl) => void) => last(work).body
    expect(body((nl) => nl.links.list({ kind: 'netkit', master: 9 }))).toMatchObject({
      master: 9,
      linkinfo: { kind: 'netkit' },
      extMask: ['skipStats'],
    })
    expect(body((nl) => nl.links.list({ stats: true, vfs: true }))).toMatchObject({ extMask: ['vf'] })
    expect(body((nl) => nl.routes.list({ table: 300, dev: 7, protocol: 'bgp', type: 'blackhole' }))).toMatchObject({
      table: 300,
      dev: 7,
      protocol: 'bgp',
      type: 'blackhole',
    })
    expect(body((nl) => nl.addresses.list({ dev: 7, family: 'inet6' }))).toMatchObject({ dev: 7, family: 'inet6' })
    expect(body((nl) => nl.neighbours.list({ dev: 7, master: 9, proxy: true }))).toMatchObject({
      dev: 0,
      via: 7,
      master: 9,
      flags: ['proxy'],
    })
  })

  test('a failed lookup names the link that is missing', () => {
    expect(() => asked((nl) => nl.routes.add({ dst: '10.0.0.0/8', dev: 'nope' }))).toThrow(
      /get link nope: RTM_GETLINK: ENODEV/,
    )
  })
})
