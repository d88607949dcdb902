/** Generic netlink's tables, without a kernel. */
import { describe, expect, test } from 'vitest'

import { attrs, decode, encode, u32 } from '../../../src/codec/index.ts'
import {
  bitNames,
  defineFamily,
  flags64,
  genlMessage,
  joinParts,
  mapOf,
  netdev,
  wireguard,
} from '../../../src/netlink/index.ts'

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(.{8})(?!$)/g, '$1 ')

describe('generic netlink', () => {
  test('the request that leases a queue', () => {
    const { cmd, request } = netdev.commands.queueCreate
    const body = { ifindex: 7, type: 'rx', lease: { ifindex: 2, queue: { id: 1, type: 'rx' }, netnsId: 0 } } as const
    const message = genlMessage(cmd, netdev.version, request)
    const bytes = encode(message, body)
    expect(hex(bytes)).toBe(
      [
        '10010000', // NETDEV_CMD_QUEUE_CREATE, version 1
        '08000200 07000000', // NETDEV_A_QUEUE_IFINDEX
        '08000300 00000000', // NETDEV_A_QUEUE_TYPE rx
        '28000880', // NETDEV_A_QUEUE_LEASE
        '08000100 02000000', // NETDEV_A_LEASE_IFINDEX
        '14000280 08000100 01000000 08000300 00000000', // NETDEV_A_LEASE_QUEUE
        '08000300 00000000', // NETDEV_A_LEASE_NETNS_ID
      ].join(' '),
    )
    expect(decode(message, bytes)).toEqual(body)
  })

  test('wireguard: keys, endpoints, allowed addresses', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    const { request } = wireguard.commands.setDevice
    const body = {
      ifname: 'wg0',
      privateKey: key,
      flags: ['replacePeers'],
      listenPort: 51820,
      peers: [
        {
          publicKey: key,
          endpoint: '192.0.2.1:51820',
          allowedips: [{ family: 2, ipaddr: Uint8Array.of(10, 0, 0, 0), cidrMask: 8 }],
          lastHandshakeTime: { sec: 5n, nsec: 7n },
        },
        { publicKey: key, endpoint: '[2001:db8::1]:1', flags: ['removeMe'] },
      ],
    } as const
    expect(decode(request, encode(request, body))).toEqual(body)
    expect(() => encode(request, { privateKey: 'abc' })).toThrow('privateKey')
    expect(() => encode(request, { peers: [{ endpoint: '192.0.2.1' }] })).toThrow('peers[0].endpoint')
    expect(() => encode(request, { peers: [{ endpoint: '192.0.2.1:70000' }] })).toThrow('peers[0].endpoint')
  })

  test('joins the parts of a device', () => {
    const ip = (n: number): { cidrMask: number } => ({ cidrMask: n })
    const joined = joinParts([
      { ifname: 'wg0', listenPort: 1, peers: [{ publicKey: 'a', allowedips: [ip(1)] }] },
      { ifname: 'wg0', peers: [{ publicKey: 'a', allowedips: [ip(2)] }, { publicKey: 'b' }] },
      { ifname: 'wg0' },
    ])
    expect(joined).toEqual({
      ifname: 'wg0',
      listenPort: 1,
      peers: [{ publicKey: 'a', allowedips: [ip(1), ip(2)] }, { publicKey: 'b' }],
    })
    expect(joinParts([])).toEqual({ peers: [] })
  })

  test('nests by number, flags of 64 bits, sets of bits', () => {
    const map = mapOf(u32)
    const value = new Map([
      [3, 5],
      [9, 1],
    ])
    expect(decode(map, encode(map, value))).toEqual(value)
    expect(() => encode(map, {} as never)).toThrow('a Map')
    const word = flags64({ a: 1, b: 2 })
    expect(encode(word, ['b'])).toEqual(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0))
    expect(decode(word, Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0))).toEqual(['a', 4])
    expect(decode(attrs({ word: [1, word] }), Uint8Array.of(8, 0, 1, 0, 1, 0, 0, 0))).not.toHaveProperty('word')
    const bit = [{ index: 1, name: 'x', value: true }, { index: 2, name: 'y' }, { index: 3 }]
    expect(bitNames({ bits: { bit } })).toEqual(['x'])
    expect(bitNames({ nomask: true, bits: { bit } })).toEqual(['x', 'y', '3'])
    expect(bitNames(undefined)).toEqual([])
  })

  test('a family that defines a notification twice is none', () => {
    const table = attrs({})
    const twice = { a: { cmd: 1, message: table }, b: { cmd: 1, message: table } }
    expect(() => defineFamily({ name: 'f', version: 1, commands: {}, events: twice })).toThrow('a and b are the same')
  })
})
