import { describe, expect, it } from 'vitest'
import { BtfError, formatC, formatDeclaration, formatDefinition } from '../../../src/btf/index.ts'
import { BUILDS, btfOf, idOf, textOf } from './fixtures.ts'
import { placesOf, printAll, structsOf } from './printed.ts'

/** Takes away what C does not see, and the fillers, which may be cut in other pieces. */
function essence(text: string): string[] {
  return (
    text
      .replace(/^#.*$/gm, '')
      .replace(/^\s*(char|short|int|long|long long) ?: \d+;$/gm, '')
      .replaceAll('volatile const', 'const volatile')
      // Ours says what the size of the enum is, and theirs does not.
      .replace(/ __attribute__\(\(mode\(\w+\)\)\)/g, '')
      .split('\n')
      .map((line) => line.replace(/\s+/g, ''))
      .filter((line) => line !== '')
  )
}

describe.each(BUILDS)('%s', (build) => {
  it('prints the declarations that bpftool prints, in an order that works', () => {
    expect(essence(formatC(btfOf(build)))).toEqual(essence(textOf(`${build}.c.txt`)))
  })
})

describe.each(['19.el', '19.eb'])('printed and compiled again, %s', (build) => {
  const btf = btfOf(`types.${build}`)
  const again = btfOf(`printed.${build}`)

  it('is what was compiled', () => expect(printAll(btf)).toBe(textOf(`printed.${build}.c`)))

  it.each(structsOf(btf).map((type) => [type.name, type] as const))('%s has the layout it had', (name, type) => {
    const twin = idOf(again, name, type.kind)
    const places = (places: string[]): string[] => places.filter((place) => !place.startsWith('__fill'))
    expect(again.sizeOf(twin)).toBe(type.size)
    expect(places(placesOf(again, twin))).toEqual(placesOf(btf, type.id))
  })
})

describe('one type', () => {
  const btf = btfOf('types.19.el')
  const memberType = (struct: string, member: string): number => btf.field(idOf(btf, struct, 'struct'), member).type

  it.each([
    ['node', 'table', 't', 'int (*t[2])(struct node **restrict, char (*)[4])'],
    ['node', 'nested', 'f', 'void (*(*f)(int))(long)'],
    ['uses', 'name', 's', 'const char *const s'],
    ['uses', 'packed', '', 'volatile struct packed_one *const *'],
    ['arrays', 'matrix', 'm', '__u32 m[2][3]'],
    ['scalars', 'cv', 'x', 'const volatile int x'],
    ['tagged', 'b', 'x', 'int __attribute__((btf_type_tag("user"))) *x'],
  ])('%s.%s is declared', (struct, member, name, text) =>
    expect(formatDeclaration(btf, memberType(struct, member), name)).toBe(text),
  )

  it('declares functions and variables by their own names', () => {
    expect(formatDeclaration(btf, idOf(btf, 'helper', 'func'))).toBe(
      'int helper(struct tagged *tagged, union number *number)',
    )
    expect(formatDeclaration(btf, idOf(btf, 'expect', 'var'))).toBe('const __u64 expect[90]')
  })

  it('defines', () => {
    expect(formatDefinition(btf, idOf(btf, 'list', 'struct'))).toBe(
      'struct list {\n\tstruct list *next;\n\tstruct list *prev;\n}',
    )
    expect(formatDefinition(btf, idOf(btf, 'callback_t'))).toBe(
      'typedef int (*callback_t)(node_t *, atomic_t *, enum big)',
    )
  })

  it('brings what one type needs and no more', () => {
    expect(formatC(btf, { types: [idOf(btf, 'row_t')] })).toBe(
      'typedef unsigned int __u32;\n\ntypedef __u32 row_t[3];\n',
    )
  })

  it('marks structs for CO-RE on request', () => {
    const text = formatC(btf, { types: [idOf(btf, 'list', 'struct')], preserveAccessIndex: true })
    expect(text).toMatch(/^#pragma clang attribute push [^]+struct list [^]+#pragma clang attribute pop\n$/)
  })

  it('refuses what cannot be declared', () => {
    expect(() => formatDeclaration(btf, idOf(btf, '.bss.hidden'))).toThrow(BtfError)
  })
})
