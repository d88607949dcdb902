/**
 * Which rows of the tables of rtnetlink a test made use of: those that were sent and taken, and those that were read.
 *
 * With `NETKIT_TABLE_ROWS` set to a folder, a test file that calls {@link recordRows} leaves there what it has seen; `coverage.ts` adds it up.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type AnyCodec, isBy, isMany, resolve, tableOf } from '../../src/codec/index.ts'
import { operations } from '../../src/netlink/index.ts'

type Bag = Readonly<Record<string, unknown>>
type Rows = Map<AnyCodec, Set<string>>

/** Notes the rows of a codec that a value has, at any depth. */
export function note(codec: AnyCodec, value: unknown, rows: Rows, whole: Bag = {}): void {
  if (value === undefined || value === null) return
  const found = resolve(codec)
  if (isBy(found)) {
    const kind = whole[found.sibling]
    if (typeof kind === 'string' && Object.hasOwn(found.kinds, kind)) note(found.kinds[kind]!, value, rows)
    return
  }
  const { of } = found as AnyCodec & { readonly of?: AnyCodec }
  if (Array.isArray(value)) {
    if (of !== undefined && (isMany(found) || found.kind === 'list' || found.kind === 'packed')) {
      for (const one of value as readonly unknown[]) note(of, one, rows)
    }
    return
  }
  const table = tableOf(found)
  if (table === undefined || typeof value !== 'object') return
  let seen = rows.get(table as unknown as AnyCodec)
  if (seen === undefined) rows.set(table as unknown as AnyCodec, (seen = new Set()))
  for (const { name, codec: inner } of table.rows) {
    const member = (value as Bag)[name]
    if (member === undefined) continue
    seen.add(name)
    note(inner, member, rows, value as Bag)
  }
}

interface Speech {
  request: AnyCodec
  reply?: AnyCodec | undefined
}

/** The messages of rtnetlink, each once, by the first operation that has it. */
export function messages(): ReadonlyMap<AnyCodec, string> {
  const found = new Map<AnyCodec, string>()
  // In an order that is the same however the modules were loaded.
  const families = Object.entries(operations).toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, family] of families) {
    const all = Object.values(family)
    for (const { request, reply } of all as unknown as Speech[]) {
      for (const codec of [request, reply]) if (codec !== undefined && !found.has(codec)) found.set(codec, name)
    }
  }
  return found
}

/** Every row below the tables of rtnetlink by its path, with the table that has it. */
export function* allRows(): Generator<{ readonly path: string; readonly table: AnyCodec; readonly name: string }> {
  const seen = new Set<AnyCodec>()
  function* below(codec: AnyCodec, path: string): ReturnType<typeof allRows> {
    const found = resolve(codec)
    if (seen.has(found)) return
    seen.add(found)
    if (isBy(found)) {
      for (const [kind, table] of Object.entries(found.kinds)) yield* below(table, `${path}(${kind})`)
      return
    }
    const { of } = found as AnyCodec & { readonly of?: AnyCodec }
    if (of !== undefined) yield* below(of, path)
    const table = tableOf(found)
    if (table === undefined || (table !== (found as unknown) && seen.has(table as unknown as AnyCodec))) return
    seen.add(table as unknown as AnyCodec)
    for (const { name, codec: inner } of table.rows) {
      if (inner.kind === 'pad') continue
      yield { path: `${path}.${name}`, table: table as unknown as AnyCodec, name }
      yield* below(inner, `${path}.${name}`)
    }
  }
  for (const [codec, name] of messages()) yield* below(codec, name)
}

/** What this process has seen: its test files share it. */
const rows: Rows = new Map()
let paths: ReturnType<typeof allRows> extends Generator<infer R> ? R[] : never = []

/** Notes every message that is written and read by the tests of a file, and leaves the paths of the rows at its end. */
export function recordRows(): void {
  const folder = process.env['NETKIT_TABLE_ROWS']
  if (folder === undefined) return
  if (paths.length === 0) {
    // Before the operations speak through codecs that watch.
    paths = [...allRows()]
    watchOperations()
  }
  afterAll(() => {
    mkdirSync(folder, { recursive: true })
    const seen = paths.filter(({ table, name }) => rows.get(table)?.has(name)).map(({ path }) => path)
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(seen))
  })
}

function watchOperations(): void {
  const watched = new Map<AnyCodec, AnyCodec>()
  const watch = (codec: AnyCodec): AnyCodec => {
    let watching = watched.get(codec)
    if (watching === undefined) watched.set(codec, (watching = watchingCodec(codec)))
    return watching
  }
  for (const family of Object.values(operations)) {
    for (const one of Object.values(family) as unknown as Speech[]) {
      one.request = watch(one.request)
      if (one.reply !== undefined) one.reply = watch(one.reply)
    }
  }
}

function watchingCodec(codec: AnyCodec): AnyCodec {
  const read: AnyCodec['read'] = (...args) => {
    const value = codec.read(...args)
    note(codec, value, rows)
    return value
  }
  const write: AnyCodec['write'] = (writer, value) => {
    note(codec, value, rows)
    codec.write(writer, value)
  }
  return Object.create(codec, { read: { value: read }, write: { value: write } }) as AnyCodec
}
