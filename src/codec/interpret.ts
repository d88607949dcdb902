import type { By, Kinds, Row } from './attrs.ts'
import type { Layout, Reader } from './compile.ts'
import { littleEndian, type Source } from './source.ts'
import { UnknownAttributes } from './unknown.ts'
import { NLA_TYPE_MASK } from './writer.ts'

type Values = Record<string, unknown>

/** Reads a table by walking it, where code must not be made from text. Gives exactly what the generated reader gives. */
export function interpret({ fields, minimum, body = 0, rows }: Layout): Reader {
  const family = rows === undefined ? undefined : fields.find((field) => field.name === 'family')
  const byId = new Map((rows ?? []).map((row) => [row.id, row]))
  return (source, start, end) => {
    if (end - start < minimum) return undefined
    const values: Values = {}
    for (const { name, codec, offset, optional } of fields) {
      const at = start + offset
      if (optional && at + codec.size! > end) continue
      values[name] = codec.read(source, at, at + codec.size!)
    }
    if (rows === undefined) return values
    const outer = source.family
    if (family !== undefined) source.family = source.bytes[start + family.offset]!
    readAttributes(byId, source, start + body, end, values)
    source.family = outer
    return values
  }
}

function readAttributes(
  byId: ReadonlyMap<number, Row>,
  source: Source,
  start: number,
  end: number,
  values: Values,
): void {
  const { view } = source
  const unknown: number[] = []
  const late = new Map<Row, [at: number, size: number]>()
  for (let at = start; at + 4 <= end;) {
    const size = view.getUint16(at, littleEndian)
    if (size < 4 || at + size > end) break
    const row = byId.get(view.getUint16(at + 2, littleEndian) & NLA_TYPE_MASK)
    if (row?.codec.kind === 'by') {
      unknown.push(...(late.get(row) ?? []))
      late.set(row, [at, size])
    } else if (row === undefined || !readRow(row, source, at + 4, at + size, values)) {
      unknown.push(at, size)
    }
    at += (size + 3) & ~3
  }
  for (const [{ name, codec }, [at, size]] of late) {
    const { sibling, kinds } = codec as By<string, Kinds>
    const kind = values[sibling]
    const value =
      typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind]!.read(source, at + 4, at + size) : undefined
    if (value === undefined) unknown.push(at, size)
    else values[name] = value
  }
  if (unknown.length > 0) values['unknown'] = UnknownAttributes.collect(source, unknown)
}

function readRow({ name, codec }: Row, source: Source, start: number, end: number, values: Values): boolean {
  if (codec.kind === 'pad') return true
  const value = codec.read(source, start, end)
  if (value === undefined) return false
  const before = values[name]
  if (codec.kind === 'many' && Array.isArray(before)) before.push(...(value as unknown[]))
  else values[name] = value
  return true
}
