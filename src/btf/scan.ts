import { BtfError } from './error.ts'
import type { Preamble, Section } from './header.ts'
import type { BtfKind } from './types.ts'
import { KIND_LIMIT, KIND_NAMES, KINDS, TYPE_HEADER } from './wire.ts'

/** Bytes of one row of the layout section (`struct btf_layout`). */
export const LAYOUT_ROW = 4

/** Bytes of a kind's encoding after the header. */
export interface KindLayout {
  /** Between the header and the elements. */
  readonly fixed: number
  /** Of each element. */
  readonly element: number
}

/** The size of a kind's encoding in words: of kinds that are known, and of those that the layout section describes. */
export interface KindSizes {
  /** Words of the header and what always follows it; 0 where the kind's size is not known. */
  readonly fixed: Uint8Array
  /** Words of each element. */
  readonly element: Uint8Array
}

/** The sizes of the kinds in our own table, the rest unknown. */
const KNOWN: KindSizes = (() => {
  const sizes = { fixed: new Uint8Array(KIND_LIMIT), element: new Uint8Array(KIND_LIMIT) }
  for (const row of Object.values(KINDS)) {
    if (row.number <= 0) continue
    sizes.fixed[row.number] = TYPE_HEADER + (row.fixed ?? 0) / 4
    sizes.element[row.number] = (row.element ?? 0) / 4
  }
  return sizes
})()

/** Adds the kinds that only the layout section describes. For those that we know, we know better. */
export function readLayout(preamble: Preamble, section: Section, source: string): KindSizes {
  if (section.start === section.end) return KNOWN
  const { view } = preamble
  const rows = (section.end - section.start) / LAYOUT_ROW
  if (!Number.isInteger(rows) || rows > KIND_LIMIT)
    throw new BtfError(`a layout section of ${section.end - section.start} bytes`, { source, offset: section.start })
  const sizes = { fixed: KNOWN.fixed.slice(), element: KNOWN.element.slice() }
  for (let kind = 1; kind < rows; kind++) {
    if (KIND_NAMES[kind] !== 'unknown') continue
    const at = section.start + kind * LAYOUT_ROW
    const [fixed, element] = [view.getUint8(at), view.getUint8(at + 1)]
    // Everything in the type section is made of words; a layout that isn't cannot be meant.
    if (fixed % 4 !== 0 || element % 4 !== 0)
      throw new BtfError(`kind ${kind} is laid out in ${fixed} + n * ${element} bytes`, { source, offset: at })
    sizes.fixed[kind] = TYPE_HEADER + fixed / 4
    sizes.element[kind] = element / 4
  }
  return sizes
}

/** The kinds that only the layout section describes. */
export function foreignKinds({ fixed, element }: KindSizes): Map<number, KindLayout> {
  const kinds = new Map<number, KindLayout>()
  for (const [kind, size] of fixed.entries())
    if (size > 0 && KIND_NAMES[kind] === 'unknown')
      kinds.set(kind, { fixed: 4 * (size - TYPE_HEADER), element: 4 * (element[kind] ?? 0) })
  return kinds
}

/** Kinds that never have a name, of which a kernel has the most. */
const NAMELESS: ReadonlySet<BtfKind> = new Set(['ptr', 'array', 'const', 'volatile', 'restrict', 'funcProto'])

/** Kinds whose names are of things rather than of types. */
const DECLARATIONS: ReadonlySet<BtfKind> = new Set(['func', 'var', 'datasec', 'declTag', 'unknown'])

const flags = (holds: (kind: BtfKind) => boolean): Uint8Array =>
  Uint8Array.from(KIND_NAMES, (kind) => (holds(kind) ? 1 : 0))

/** By the number of a kind: whether its names are of types. */
export const NAMES_TYPES: Uint8Array = flags((kind) => !NAMELESS.has(kind) && !DECLARATIONS.has(kind))

/** By the number of a kind: whether its names are of things. */
export const NAMES_THINGS: Uint8Array = flags((kind) => DECLARATIONS.has(kind))

/** Whether a kind's names are of things rather than of types. */
export const isDeclaration = (kind: BtfKind): boolean => DECLARATIONS.has(kind)

/** Types that have names. */
export interface Named {
  /** Which types, counted from the first of the section. */
  readonly places: Uint32Array
  /** Of each, the offset of its name, which isn't empty. */
  readonly offsets: Uint32Array
}

/** Where types are. */
export interface Scan {
  /** At which word each type starts, with the section's end as the last entry. */
  readonly starts: Uint32Array
  /** Those whose names are of types: to note them here is cheaper than to look again. */
  readonly named: Named
}

/** Finds those of some kinds, by number, that have names. */
export function namedTypes(words: Uint32Array, starts: Uint32Array, wanted: Uint8Array): Named {
  const places = new Uint32Array(starts.length)
  const offsets = new Uint32Array(starts.length)
  let count = 0
  for (let place = 0; place < starts.length - 1; place++) {
    const at = starts[place] ?? 0
    const name = words[at] ?? 0
    if (name === 0 || wanted[((words[at + 1] ?? 0) >>> 24) & 0x7f] !== 1) continue
    places[count] = place
    offsets[count++] = name
  }
  return { places: places.slice(0, count), offsets: offsets.slice(0, count) }
}

/** Walks the type section once. */
export function scanTypes(words: Uint32Array, section: Section, sizes: KindSizes, source: string): Scan {
  const { fixed, element } = sizes
  const refuse = (message: string, at: number): never => {
    throw new BtfError(message, { source, offset: section.start + 4 * at })
  }
  const end = words.length
  // No type is smaller than its header, so this is enough, and never more than a third of the input.
  const most = Math.floor(end / TYPE_HEADER) + 1
  const starts = new Uint32Array(most)
  const places = new Uint32Array(most)
  const offsets = new Uint32Array(most)
  let count = 0
  let namedCount = 0
  let at = 0
  while (at < end) {
    const info = words[at + 1] ?? 0
    const kind = (info >>> 24) & 0x7f
    const next = at + (fixed[kind] ?? 0) + (info & 0xffffff) * (element[kind] ?? 0)
    if (next <= at || next > end) {
      if (end - at < TYPE_HEADER) refuse('the last type is cut off', at)
      if (next <= at) refuse(`kind ${kind} is not known, nor laid out by the input`, at)
      refuse('the type runs past the end of the section', at)
    }
    const name = words[at] ?? 0
    if (name !== 0 && NAMES_TYPES[kind] === 1) {
      places[namedCount] = count
      offsets[namedCount++] = name
    }
    starts[count++] = at
    at = next
  }
  if ((section.end - section.start) % 4 !== 0) refuse('the last type is cut off', at)
  starts[count] = end
  const named = { places: places.slice(0, namedCount), offsets: offsets.slice(0, namedCount) }
  return { starts: starts.slice(0, count + 1), named }
}
