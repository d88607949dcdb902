import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { type Codec, decode, Writer } from '../../../src/codec/index.ts'
import { writeRequest } from '../../../src/netlink/index.ts'
import { linkMessage, type LinkWire, operations } from '../../../src/netlink/route/index.ts'
import { canonical } from './canonical.ts'
import { BODIES, FIXTURE, type Golden, plain } from './golden.ts'

const golden = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Golden[]
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('requests that ip makes', () => {
  test.each(golden)('$command', ({ type, body, value }) => {
    const codec = BODIES.get(type)!
    const bytes = new Uint8Array(Buffer.from(body, 'hex'))
    const read = decode(codec as Codec<object, never>, bytes)
    expect(plain(read)).toEqual(value)
    expect(read, 'every attribute has a row').not.toHaveProperty('unknown')
    const writer = new Writer()
    codec.write(writer, read as never)
    expect(hex(canonical(Buffer.from(writer.toBytes()), codec))).toBe(hex(canonical(Buffer.from(bytes), codec)))
  })
})

test('the netkit message, byte by byte', () => {
  const body: LinkWire = {
    name: 'nk0',
    linkinfo: {
      kind: 'netkit',
      data: { mode: 'l3', policy: 'forward', peerPolicy: 'blackhole', peer: { name: 'eth0', netns: 7 } },
    },
  }
  const writer = new Writer()
  writeRequest(writer, operations.LINK.new, body, 0x608, 1)
  const expected = `
    7c000000 10000d06 01000000 00000000
    00000000 00000000 00000000 00000000
    08000300 6e6b3000
    54001280
    0b000100 6e65746b 69740000
    44000280
    08000500 01000000
    08000300 00000000
    08000400 02000000
    28000180
    00000000 00000000 00000000 00000000
    09000300 65746830 00000000
    08001c00 07000000`
  expect(hex(writer.toBytes())).toBe(expected.replace(/\s/g, ''))
  expect(decode(linkMessage as Codec<object, never>, writer.toBytes().slice(16))).toMatchObject({
    name: 'nk0',
    linkinfo: {
      kind: 'netkit',
      data: { mode: 'l3', policy: 'forward', peerPolicy: 'blackhole', peer: { name: 'eth0', netns: 7 } },
    },
  })
})
