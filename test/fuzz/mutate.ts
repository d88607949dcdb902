import { readElf, SectionType } from '../../src/elf/index.ts'
import { type Random } from './random.ts'

/** A part of an input that is worth changing by itself: a section, a header, a table; in bytes from the start. */
export interface Part {
  readonly start: number
  readonly end: number
  /** Bytes of one record of it, for words that are put where words are. */
  readonly unit: number
}

/** Numbers at the edges of what fields can hold. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0xff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff] // prettier-ignore

type Mutation = (bytes: Uint8Array, part: Part, random: Random, others: readonly Uint8Array[]) => Uint8Array

/** Puts bytes in place of others; the result has another length if these have. */
function splice(bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - removed + put.length)
  result.set(bytes.subarray(0, at))
  result.set(put, at)
  result.set(bytes.subarray(at + removed), at + put.length)
  return result
}

const place = ({ start, end }: Part, random: Random): number => start + random.below(end - start)

/** A place where a word of that many bytes may begin. */
const aligned = ({ start, end, unit }: Part, size: number, random: Random): number =>
  start + random.below(Math.max(1, Math.floor((end - start - size) / unit) + 1)) * unit

function setWord(bytes: Uint8Array, at: number, size: 1 | 2 | 4, value: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (at + size > bytes.length) return bytes
  if (size === 1) view.setUint8(at, value)
  else if (size === 2) view.setUint16(at, value, true)
  else view.setUint32(at, value, true)
  return bytes
}

const MUTATIONS: readonly Mutation[] = [
  function bit(bytes, part, random) {
    const at = place(part, random)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    return bytes
  },
  function byte(bytes, part, random) {
    bytes[place(part, random)] = random.next()
    return bytes
  },
  function edge(bytes, part, random) {
    const size = random.pick([1, 2, 4] as const)
    return setWord(bytes, aligned(part, size, random), size, random.pick(EDGES))
  },
  function add(bytes, part, random) {
    const at = aligned(part, 4, random)
    if (at + 4 > bytes.length) return bytes
    const now = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
    return setWord(bytes, at, 4, now + random.below(65) - 32)
  },
  function copyWord(bytes, part, random) {
    const from = aligned(part, 4, random)
    const to = aligned(part, 4, random)
    return bytes.copyWithin(to, from, from + 4)
  },
  function copyRecord(bytes, part, random) {
    const length = part.unit * (1 + random.below(8))
    return bytes.copyWithin(aligned(part, length, random), aligned(part, length, random), part.end)
  },
  function remove(bytes, part, random) {
    const at = aligned(part, part.unit, random)
    return splice(bytes, at, Math.min(part.unit * (1 + random.below(4)), bytes.length - at), new Uint8Array(0))
  },
  function insert(bytes, part, random) {
    const at = aligned(part, part.unit, random)
    return splice(bytes, at, 0, bytes.slice(at, at + part.unit * (1 + random.below(4))))
  },
  function cut(bytes, part, random) {
    return bytes.slice(0, place(part, random))
  },
  function cross(bytes, part, random, others) {
    const other = random.pick(others)
    const length = Math.min(8 * (1 + random.below(16)), other.length)
    const from = random.below(other.length - length + 1)
    const at = aligned(part, 8, random)
    bytes.set(other.subarray(from, Math.min(from + length, from + bytes.length - at)), at)
    return bytes
  },
]

/** The whole of an input: for formats without parts. */
export const whole = (bytes: Uint8Array, unit = 4): Part[] => [{ start: 0, end: bytes.length, unit }]

/** The sections of an ELF file, and the table that says where they are. Where it cannot be read any more it is one part. */
export function partsOfElf(bytes: Uint8Array): Part[] {
  try {
    const { sections } = readElf(bytes)
    const parts = sections
      .filter(({ type, size }) => type !== SectionType.NOBITS && size > 0)
      .map(({ offset, size, entrySize }) => ({ start: offset, end: offset + size, unit: entrySize || 4 }))
    const table = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(40, true))
    return [{ start: 0, end: 64, unit: 2 }, { start: table, end: bytes.length, unit: 4 }, ...parts].filter(
      ({ start, end }) => start < end && end <= bytes.length,
    )
  } catch {
    return whole(bytes)
  }
}

/** Changes an input in a few places, all in one of its parts. */
export function mutate(
  input: Uint8Array,
  parts: (bytes: Uint8Array) => readonly Part[],
  random: Random,
  others: readonly Uint8Array[],
): Uint8Array {
  let bytes: Uint8Array = input.slice()
  for (let count = 1 + random.below(4); count > 0 && bytes.length > 8; count--) {
    const places = parts(bytes)
    const part = places.length > 0 ? random.pick(places) : whole(bytes)[0]!
    for (let times = 1 + random.below(3); times > 0 && part.end <= bytes.length; times--) {
      bytes = random.pick(MUTATIONS)(bytes, part, random, others)
    }
  }
  return bytes
}
