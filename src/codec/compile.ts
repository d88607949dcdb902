import type { By, Kinds, Row } from './attrs.ts'
import { Constants, roomy, valueSource } from './generate.ts'
import { interpret } from './interpret.ts'
import { littleEndian, type Source } from './source.ts'
import type { Field } from './struct.ts'
import { UnknownAttributes } from './unknown.ts'
import { NLA_TYPE_MASK } from './writer.ts'

/** Reads what lies between two offsets into an object. */
export type Reader = (source: Source, start: number, end: number) => object | undefined

/** What a reader reads: the fields of a header, then attributes. Either may be empty. */
export interface Layout {
  readonly fields: readonly Field[]
  /** Bytes without which there is nothing to read. */
  readonly minimum: number
  /** Where the attributes begin; absent: there are none. */
  readonly body?: number | undefined
  readonly rows?: readonly Row[] | undefined
}

/**
 * Turns a table into the function that reads it: straight-line code where code may be made from text, else a walk over the table. The
 * generated reader is what makes tables as fast as decoding by hand; a walk costs ten times as much.
 */
export function compile(layout: Layout): Reader {
  const constants = new Constants()
  return constants.build<Reader>(readerSource(layout, constants)) ?? interpret(layout)
}

function readerSource({ fields, minimum, body, rows }: Layout, constants: Constants): string {
  const names = [...fields.map((field) => field.name), ...(rows ?? []).map((row) => row.name)]
  const family = body === undefined ? undefined : fields.find((field) => field.name === 'family')
  const attributes = rows === undefined ? '' : attributesSource(rows, body ?? 0, constants)
  return `(() => {
  const Plain = ${roomy([...names, 'unknown'])}
  return (s, start, end) => {
    ${minimum > 0 ? `if (end - start < ${minimum}) return undefined` : ''}
    const v = s.view
    const o = new Plain()
    ${fields.map((field) => fieldSource(field, constants)).join('\n    ')}
    ${family === undefined ? '' : `const outer = s.family; s.family = v.getUint8(start + ${family.offset})`}
    ${attributes}
    ${family === undefined ? '' : 's.family = outer'}
    return o
  }
})()`
}

/** Structs end early on older kernels: a field that may be missing is looked for first, and nothing follows one that is. */
function fieldSource({ name, codec, offset, optional }: Field, constants: Constants): string {
  const store = `o[${JSON.stringify(name)}] = ${valueSource(codec, `(start + ${offset})`, constants)}`
  return optional ? `if (start + ${offset + codec.size!} <= end) ${store}` : store
}

function attributesSource(rows: readonly Row[], body: number, constants: Constants): string {
  const late = rows.filter((row) => row.codec.kind === 'by')
  return `let unknown
    ${late.map((row) => `let at${row.id} = -1, to${row.id} = 0`).join('\n    ')}
    for (let at = start + ${body}; at + 4 <= end; ) {
      const size = v.getUint16(at, ${littleEndian}), a = at + 4, b = at + size
      if (size < 4 || b > end) break
      switch (v.getUint16(at + 2, ${littleEndian}) & ${NLA_TYPE_MASK}) {
        ${rows.map((row) => rowSource(row, constants)).join('\n        ')}
        default: (unknown ??= []).push(at, size)
      }
      at += (size + 3) & ~3
    }
    ${late.map((row) => lateSource(row, constants)).join('\n    ')}
    if (unknown !== undefined) o.unknown = ${constants.use(UnknownAttributes)}.collect(s, unknown)`
}

const KEEP = '(unknown ??= []).push(at, size)'

function rowSource({ name, id, codec }: Row, constants: Constants): string {
  const slot = `o[${JSON.stringify(name)}]`
  switch (codec.kind) {
    case 'pad':
      return `case ${id}: break`
    case 'by':
      // its codec depends on an attribute that may come later; of several the last one counts
      return `case ${id}: if (at${id} >= 0) (unknown ??= []).push(at${id}, to${id} - at${id}); at${id} = at; to${id} = b; break`
    case 'many':
      return `case ${id}: { const x = ${constants.use(codec)}.read(s, a, b)
          if (x === undefined) ${KEEP}
          else if (${slot} === undefined) ${slot} = x
          else ${slot}.push(x[0])
          break }`
    default:
      if (codec.inline !== undefined && codec.size !== undefined) {
        return `case ${id}: if (size >= ${4 + codec.size}) ${slot} = ${valueSource(codec, 'a', constants)}; else ${KEEP}; break`
      }
      return `case ${id}: { const x = ${constants.use(codec)}.read(s, a, b); if (x === undefined) ${KEEP}; else ${slot} = x; break }`
  }
}

function lateSource({ name, id, codec }: Row, constants: Constants): string {
  const { sibling, kinds } = codec as By<string, Kinds>
  const byKind = constants.use(new Map(Object.entries(kinds)))
  return `if (at${id} >= 0) {
      const x = ${byKind}.get(o[${JSON.stringify(sibling)}])?.read(s, at${id} + 4, to${id})
      if (x === undefined) (unknown ??= []).push(at${id}, to${id} - at${id})
      else o[${JSON.stringify(name)}] = x
    }`
}
