/** The kernel's configuration as it is written. */
import { describe, expect, test } from 'vitest'
import { parseKconfig } from '../../../src/bpf/collection/kconfig.ts'
import { globMatcher } from '../../../src/bpf/links/multi.ts'
import { objectName } from '../../../src/bpf/names.ts'

describe('kconfig', () => {
  test('options by name, those that are off left out', () => {
    const text =
      '# comment\nCONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D=0x10\nCONFIG_E="a \\"b\\""\nOTHER=1\n'
    expect([...parseKconfig(text)]).toEqual([
      ['CONFIG_A', 'y'],
      ['CONFIG_B', 'm'],
      ['CONFIG_D', '0x10'],
      ['CONFIG_E', '"a \\"b\\""'],
    ])
    expect(parseKconfig('').size).toBe(0)
    expect(parseKconfig('\0\u{ffff}CONFIG_').size).toBe(0)
  })
})

test('patterns of functions', () => {
  const fits = (pattern: string, name: string) => globMatcher(pattern)(name)
  expect(fits('tcp_*', 'tcp_connect')).toBe(true)
  expect(fits('tcp_?end', 'tcp_send')).toBe(true)
  expect(fits('tcp_*', 'xtcp_connect')).toBe(false)
  expect(fits('a.b', 'axb')).toBe(false)
  expect(fits('a.b+(c)', 'a.b+(c)')).toBe(true)
})

test('names as the kernel takes them', () => {
  expect(objectName('a-b c/d.e_f')).toBe('a_b_c_d.e_f')
  expect(objectName('a'.repeat(40)).length).toBe(15)
  expect(objectName('naïve💥')).toBe('na_ve_')
})
