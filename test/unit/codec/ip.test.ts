import { isIP, isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AF_INET,
  AF_INET6,
  familyOf,
  formatCidr,
  formatIp,
  formatMac,
  parseCidr,
  parseIp,
  parseMac,
} from '../../../src/codec/index.ts'

const parses = (text: string): number => {
  try {
    return parseIp(text).length === 4 ? 4 : 6
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return 0
  }
}

/** Text that is nearly an address: the alphabet of addresses, and real ones with a bit changed. */
const nearly = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcfF:.'.split('')), maxLength: 42 }),
  fc
    .array(fc.string({ unit: fc.constantFrom(...'0123456789aF'.split('')), maxLength: 5 }), { maxLength: 9 })
    .map((parts) => parts.join(':')),
  fc
    .array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('00', '01', '', '1e1', ' 1')), { maxLength: 5 })
    .map((parts) => parts.join('.')),
  fc
    .tuple(fc.ipV6(), fc.nat(50), fc.constantFrom('', ':', '::', '.', '1', 'g'))
    .map(([ip, at, s]) => ip.slice(0, at) + s + ip.slice(at)),
  fc.tuple(fc.ipV6(), fc.ipV4()).map(([a, b]) => `${a.slice(0, a.lastIndexOf(':') + 1)}${b}`),
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
)

describe('addresses', () => {
  test('are what Node takes for addresses, zones aside', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        fc.pre(!text.includes('%'))
        expect([text, parses(text)]).toEqual([text, isIP(text)])
      }),
      { numRuns: 2000 },
    )
  })

  test('survive being printed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), sparse), (bytes) => {
        const text = formatIp(bytes)
        expect(isIP(text)).toBe(bytes.length === 4 ? 4 : 6)
        expect(parseIp(text)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  test('are printed in the one canonical form: what a URL makes of them', () => {
    fc.assert(
      fc.property(sparse, (bytes) => {
        const text = formatIp(bytes)
        fc.pre(!text.includes('.')) // a URL has no dotted form
        expect(`[${text}]`).toBe(new URL(`http://[${text}]/`).hostname)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::192.0.2.1', '::192.0.2.1'],
    ['::1:2', '::0.1.0.2'],
    ['::ffff', '::ffff'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['fe80::200:ff:fe00:0', 'fe80::200:ff:fe00:0'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['255.255.255.255', '255.255.255.255'],
    ['0.0.0.0', '0.0.0.0'],
  ])('%s is printed as %s', (text, printed) => {
    expect(isIPv4(text) || isIPv6(text)).toBe(true)
    expect(formatIp(parseIp(text))).toBe(printed)
  })

  test('have a family', () => {
    expect([familyOf('1.2.3.4'), familyOf('::')]).toEqual([AF_INET, AF_INET6])
    expect(() => familyOf('nk0')).toThrow(new RangeError('"nk0" is not an IP address'))
    expect(() => formatIp(new Uint8Array(5))).toThrow(RangeError)
  })
})

describe('prefixes', () => {
  test.each([
    ['10.42.0.1/24', { address: '10.42.0.1', prefix: 24, family: AF_INET }],
    ['10.42.0.1', { address: '10.42.0.1', prefix: 32, family: AF_INET }],
    ['FD00::0:1/64', { address: 'fd00::1', prefix: 64, family: AF_INET6 }],
    ['::/0', { address: '::', prefix: 0, family: AF_INET6 }],
    ['::1', { address: '::1', prefix: 128, family: AF_INET6 }],
  ])('%s', (text, cidr) => {
    expect(parseCidr(text)).toEqual(cidr)
    expect(parseCidr(formatCidr(cidr))).toEqual(cidr)
  })

  test.each([
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/08',
    '10.0.0.1/-1',
    '::/129',
    '::/1e1',
    '/24',
    '10.0.0.1/24/24',
    '10.0.0/24',
    '',
  ])('%j is none', (text) => expect(() => parseCidr(text)).toThrow(RangeError))
})

describe('hardware addresses', () => {
  test('survive being printed, whatever their length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => {
        expect(parseMac(formatMac(bytes))).toEqual(bytes)
      }),
    )
  })

  test('are read in capitals too', () =>
    expect(parseMac('0A:FF:00:00:00:01')).toEqual(Uint8Array.of(10, 255, 0, 0, 0, 1)))

  test.each(['1:2:3', 'aa', 'aa:', ':aa', 'aa-bb', 'aabb', 'gg:00', 'aa:bb:c'].filter((text) => text !== 'aa'))(
    '%j is none',
    (text) => expect(() => parseMac(text)).toThrow(RangeError),
  )
})

/** Sixteen bytes with runs of zeros, as addresses have. */
const sparse = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff), fc.nat(15)), { minLength: 8, maxLength: 8 })
  .map((words) => Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff])))
