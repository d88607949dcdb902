import type { Row } from './attrs.ts'
import type { AnyCodec } from './codec.ts'
import { littleEndian, type Source } from './source.ts'
import { UnknownAttributes } from './unknown.ts'
import { NLA_TYPE_MASK } from './writer.ts'

/** Reads the attributes between two offsets into an object. */
export type Reader = (source: Source, start: number, end: number) => object

/** Turns the rows of a table into the function that reads it. */
export function compile(rows: readonly Row[]): Reader {
  const byId: (Row | undefined)[] = []
  for (const row of rows) byId[row.id] = row
  return (source, start, end) => {
    const { view } = source
    const value: Record<string, unknown> = {}
    let unknown: number[] | undefined
    let late: { row: Row; at: number; size: number }[] | undefined
    for (let at = start; at + 4 <= end;) {
      const size = view.getUint16(at, littleEndian)
      if (size < 4 || at + size > end) break
      const row = byId[view.getUint16(at + 2, littleEndian) & NLA_TYPE_MASK]
      if (row === undefined) (unknown ??= []).push(at, size)
      else if (row.codec.kind === 'by') (late ??= []).push({ row, at, size })
      else if (row.codec.kind !== 'pad') {
        const one = row.codec.read(source, at + 4, at + size)
        if (one === undefined) (unknown ??= []).push(at, size)
        else if (row.codec.kind === 'many' && value[row.name] !== undefined)
          (value[row.name] as unknown[]).push(...(one as unknown[]))
        else value[row.name] = one
      }
      at += (size + 3) & ~3
    }
    if (late !== undefined) {
      for (const { row, at, size } of late) {
        const { sibling, kinds } = row.codec as unknown as { sibling: string; kinds: Record<string, AnyCodec> }
        const kind = value[sibling]
        const chosen = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
        const one = chosen?.read(source, at + 4, at + size)
        if (one === undefined) (unknown ??= []).push(at, size)
        else value[row.name] = one
      }
    }
    if (unknown !== undefined) value['unknown'] = UnknownAttributes.collect(source, unknown)
    return value
  }
}
