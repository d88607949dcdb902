import { expect, expectTypeOf, test } from 'vitest'
import { decode, encode, markAt, trace, type In, type Out } from '../../../src/codec/index.ts'
import { link } from './mini.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'))

// ip link add nk0 type netkit mode l3 forward peer name eth0 netns … peer blackhole: what follows nlmsghdr
const golden = hex(`
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
        08001c00 07000000`)

const value = {
  name: 'nk0',
  linkinfo: {
    kind: 'netkit',
    data: { mode: 'l3', policy: 'pass', peerPolicy: 'drop', peer: { name: 'eth0', netNsFd: 7 } },
  },
} as const satisfies In<typeof link>

test('a netkit request is written byte for byte as the kernel wants it', () => {
  expect(Buffer.from(encode(link, value)).toString('hex')).toBe(Buffer.from(golden).toString('hex'))
})

test('and read back', () => {
  const zero = { family: 0, type: 0, index: 0, flags: 0, change: 0 }
  expect(decode(link, golden)).toEqual({
    ...zero,
    ...value,
    linkinfo: { kind: 'netkit', data: { ...value.linkinfo.data, peer: { ...zero, ...value.linkinfo.data.peer } } },
  })
})

test('every byte has a path', () => {
  const marks = trace(link, value)
  expect(markAt(marks, 44)?.path).toBe('linkinfo.data.mode')
  expect(markAt(marks, 88)?.path).toBe('linkinfo.data.peer.name')
  expect(markAt(marks, 4)?.path).toBe('index')
})

test('a wrong value names its path', () => {
  expect(() => encode(link, { linkinfo: { kind: 'netkit', data: { mode: 'l4' as 'l3' } } })).toThrow(
    new RangeError(`linkinfo.data.mode: expected 'l2', 'l3' or a number, got "l4"`),
  )
  expect(() => encode(link, { mtu: '1' as unknown as number })).toThrow(
    /^mtu: expected an integer from 0 to 4294967295, got "1"$/,
  )
})

test('types come from the rows', () => {
  const read = decode(link, golden)
  expectTypeOf(read.name).toEqualTypeOf<string | undefined>()
  expectTypeOf(read.index).toEqualTypeOf<number>()
  if (read.linkinfo?.kind === 'netkit') {
    expectTypeOf(read.linkinfo.data?.mode).toEqualTypeOf<'l2' | 'l3' | number | undefined>()
    expectTypeOf(read.linkinfo.data?.peer?.name).toEqualTypeOf<string | undefined>()
  }
  // @ts-expect-error 'l4' is no mode
  const wrongMode: In<typeof link> = { linkinfo: { kind: 'netkit', data: { mode: 'l4' } } }
  // @ts-expect-error a vlan has no mode
  const wrongKind: In<typeof link> = { linkinfo: { kind: 'vlan', data: { mode: 'l3' } } }
  const open: In<typeof link> = { mtu: undefined, linkinfo: { kind: 'something new' } }
  expectTypeOf<Out<typeof link>>().toHaveProperty('mtu')
  expect([wrongMode, wrongKind, open]).toHaveLength(3)
})
