/** The kernel's configuration as it is written. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseKallsyms } from '../../../src/bpf/collection/kallsyms.ts'
import { kconfigContents, parseKconfig } from '../../../src/bpf/collection/kconfig.ts'
import { BtfValueRangeError } from '../../../src/btf/index.ts'
import { readObject } from '../../../src/elf/index.ts'
import { globMatcher } from '../../../src/bpf/links/multi.ts'
import { objectName } from '../../../src/bpf/names.ts'

test('addresses of the symbols that are asked for, the first of each name', () => {
  const lines =
    'ffffffff81000000 T _text\nffffffff81000010 t twice\nffffffff81000020 t twice\nffffffffc0001000 t a.b\t[module]\nffffffff81000030 t axb\n'
  expect([...parseKallsyms(lines, new Set(['twice', 'a.b', 'none']))]).toEqual([
    ['twice', { address: 0xffff_ffff_8100_0010n, module: false }],
    ['a.b', { address: 0xffff_ffff_c000_1000n, module: true }],
  ])
  expect(parseKallsyms(lines, new Set()).size).toBe(0)
})

describe('kconfig', () => {
  const spec = readObject(new Uint8Array(readFileSync(new URL('../../../bpf/tests/kconfig.bpf.o', import.meta.url))))
  const contents = (options: Record<string, string>) =>
    kconfigContents(spec, spec.maps['.kconfig']!, { LINUX_KERNEL_VERSION: 1 }, () => new Map(Object.entries(options)))
  const value = (bytes: Uint8Array, name: string) => {
    const { offset = 0, size = 0 } = spec.externs[name]!
    return bytes.subarray(offset, offset + size)
  }
  const NEEDED = { CONFIG_BPF_SYSCALL: 'y', CONFIG_HZ: '250', CONFIG_NET: 'm' }

  test('goes into externs by their types', () => {
    const bytes = contents({ ...NEEDED, CONFIG_NO_SUCH_OPTION: '0xffffffffffffffff', CONFIG_NO_SUCH_LETTER: 'm' })
    expect([...value(bytes, 'CONFIG_HZ')]).toEqual([250, 0, 0, 0])
    expect([...value(bytes, 'CONFIG_NET')]).toEqual([2, 0, 0, 0])
    expect([...value(bytes, 'CONFIG_NO_SUCH_OPTION')]).toEqual(Array.from({ length: 8 }, () => 255))
    expect([...value(bytes, 'CONFIG_NO_SUCH_LETTER')]).toEqual(['m'.charCodeAt(0)])
  })

  test('is cut where a text is too long, and refused where a value is none of its type', () => {
    const long = value(contents({ ...NEEDED, CONFIG_DEFAULT_HOSTNAME: '"abcdefghijklmnopqrstuvwxyz"' }), 'CONFIG_DEFAULT_HOSTNAME') // prettier-ignore
    expect(new TextDecoder().decode(long)).toBe('abcdefghijklmno\0')
    expect(() => contents({ ...NEEDED, CONFIG_HZ: 'y' })).toThrow('CONFIG_HZ is y, which its type cannot hold')
    expect(() => contents({ ...NEEDED, CONFIG_HZ: '12abc' })).toThrow('CONFIG_HZ is 12abc')
    expect(() => contents({ ...NEEDED, CONFIG_HZ: '0x100000000' })).toThrow(BtfValueRangeError)
    expect(() => contents({ CONFIG_HZ: '1', CONFIG_NET: 'y' })).toThrow('CONFIG_BPF_SYSCALL has no value')
  })

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
