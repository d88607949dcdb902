import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnyCodec, type Codec, decode, encode, markAt, Source, trace, walk } from '../../../src/codec/index.ts'
import { arbitraryOf, type Custom } from './arbitrary.ts'

/**
 * What holds for every table, whatever its rows: call it once per table.
 *
 * What is written reads back and writes the same again; whatever bytes come, reading ends and throws nothing; every byte of an encoded
 * attribute has a path.
 */
export function checkTable(
  name: string,
  table: AnyCodec,
  { custom = {}, runs = 200 }: { custom?: Custom; runs?: number } = {},
): void {
  const codec = table as Codec<unknown>

  test(`${name}: what is written reads back and is written the same again`, () => {
    fc.assert(
      fc.property(arbitraryOf(table, custom), (value) => {
        const bytes = encode(codec, value)
        const again = encode(codec, decode(codec, bytes))
        // the order of attributes may change where a kind came after its payload: sorting bytes is enough to see what is lost
        expect(again.length).toBe(bytes.length)
        expect(decode(codec, again)).toEqual(decode(codec, bytes))
      }),
      { numRuns: runs },
    )
  })

  test(`${name}: damaged bytes never throw`, () => {
    fc.assert(
      fc.property(arbitraryOf(table, custom), fc.infiniteStream(fc.nat()), (value, noise) => {
        const bytes = encode(codec, value)
        const cut = bytes.slice(0, noise.next().value! % (bytes.length + 1))
        for (let i = 0; i < 4 && cut.length > 0; i++) cut[noise.next().value! % cut.length] = noise.next().value! & 0xff
        expect(() => codec.read(new Source(cut), 0, cut.length)).not.toThrow()
        expect(() => codec.read(new Source(bytes), 0, cut.length)).not.toThrow()
      }),
      { numRuns: runs },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => codec.read(new Source(bytes), 0, bytes.length)).not.toThrow()
      }),
      { numRuns: runs },
    )
  })

  test(`${name}: every part has a path that its table knows`, () => {
    fc.assert(
      fc.property(arbitraryOf(table, custom), (value) => {
        const marks = trace(codec, value)
        const lost = marks.filter(({ start, end, path }) => end > start && !markAt(marks, start)!.path.startsWith(path))
        expect(lost).toEqual([])
      }),
      { numRuns: Math.ceil(runs / 4) },
    )
  })

  test(`${name}: rows are sound`, () => {
    for (const [path, part] of walk(table)) {
      for (const { name: row, id } of (part as { rows?: { name: string; id: number }[] }).rows ?? []) {
        expect(id, `${path}.${row}`).toBeGreaterThanOrEqual(0)
        expect(id, `${path}.${row}`).toBeLessThan(0x4000)
      }
    }
  })
}
