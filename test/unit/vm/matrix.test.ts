import { describe, expect, test } from 'vitest'
import { mustHave, wrongSkips } from '../../matrix.ts'

const lack = (capability: string) => ({ capability, reason: 'it is not there' })

describe('what a kernel must have', () => {
  test('is everything that has no row', () => {
    expect(mustHave('netkit', '6.12')).toBe(true)
    expect(mustHave('kind:dummy', '7.3')).toBe(true)
    expect(mustHave('btf:something_new', '6.12')).toBe(true)
  })

  test('comes with a minor, compared by number', () => {
    expect(mustHave('btf:IFLA_NETKIT_PAIRING', '6.18')).toBe(false)
    expect(mustHave('btf:IFLA_NETKIT_PAIRING', '7.0')).toBe(false)
    expect(mustHave('btf:IFLA_NETKIT_PAIRING', '7.1')).toBe(true)
    expect(mustHave('btf:IFLA_NETKIT_PAIRING', '7.10')).toBe(true)
    expect(mustHave('btf:IFLA_NETKIT_HEADROOM', '6.9')).toBe(false)
  })

  test("is not what Debian's kernels are built without, nor a program of the host's", () => {
    expect(mustHave('kind:netdevsim', '7.3')).toBe(false)
    expect(mustHave('command:clang-14', '7.3')).toBe(false)
    expect(mustHave('command:bpftool', '7.3')).toBe(true)
  })
})

test('the lack of a thing is one that no kernel must have that must have the thing', () => {
  expect(mustHave('no:netkit', '6.12')).toBe(false)
  expect(mustHave('no:kind:netdevsim', '6.12')).toBe(true)
})

describe('a skip in the machine', () => {
  test('is right where the kernel may lack the thing', () => {
    const skipped = [{ name: 'a.test.ts > single', lacks: [lack('btf:IFLA_NETKIT_PAIRING')] }]
    expect(wrongSkips(skipped, '6.18')).toEqual([])
    expect(wrongSkips(skipped, '7.3')).toEqual([
      'a.test.ts > single: skipped on 7.3 (btf:IFLA_NETKIT_PAIRING: it is not there), but test/matrix.ts says that 7.3 has this',
    ])
  })

  test('is right where one of several things may be lacking', () => {
    const skipped = [{ name: 'x', lacks: [lack('kprobes'), lack('kind:netdevsim')] }]
    expect(wrongSkips(skipped, '7.3')).toEqual([])
  })

  test('is wrong without a reason', () => {
    expect(wrongSkips([{ name: 'x', lacks: [] }], '7.3')).toEqual(['x: skipped, and the test gives no reason'])
  })
})
