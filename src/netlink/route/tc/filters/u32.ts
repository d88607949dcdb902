/**
 * u32: words of the packet under masks.
 *
 * @module
 */
import {
  arrayOf,
  attrs,
  be16,
  be32,
  bytes,
  type Codec,
  pad,
  s16,
  s32,
  string,
  struct,
  u16,
  u32 as word,
  u64,
  u8,
} from '../../../../codec/index.ts'
import { actions } from '../actions/index.ts'
import { handle } from '../handles.ts'
import { classifierFlags } from './classifier.ts'

/** `struct tc_u32_key`: a word of the packet and what it has to be. */
export interface U32Key {
  /** Which of its bits count, the first byte of the packet being the highest. */
  readonly mask: number
  readonly val: number
  /** Bytes from the start of the network header; before it if negative. A multiple of 4. */
  readonly off: number
  /** Not 0: counted from where the last hash table found the next header. */
  readonly offmask?: number | undefined
}

/** `struct tc_u32_sel`: what has to match, and how the next table is found. */
export interface U32Selector {
  /** `TC_U32_*`: `1` a match ends it (`terminal`), `2` the next header lies at `off`, `4` at a variable offset, `8` the offset is added up. */
  readonly flags?: number | undefined
  readonly offshift?: number | undefined
  readonly offmask?: number | undefined
  readonly off?: number | undefined
  readonly offoff?: number | undefined
  readonly hoff?: number | undefined
  readonly hmask?: number | undefined
  readonly keys: readonly U32Key[]
}

const header = struct({
  flags: u8,
  offshift: u8,
  nkeys: u8,
  offmask: be16,
  off: u16,
  offoff: s16,
  hoff: s16,
  hmask: be32,
})
const key = struct({ mask: be32, val: be32, off: s32, offmask: s32 })
const keys = arrayOf(key)

/** `struct tc_u32_sel` with its keys, whose number is told by the list. */
const selector: Codec<Required<U32Selector>, U32Selector> = {
  kind: 'u32Selector',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    const read = header.read(source, start, end)
    if (read === undefined) return undefined
    const { nkeys, ...rest } = read
    const at = start + header.size
    if (at + nkeys * key.size > end) return undefined
    return { ...rest, keys: keys.read(source, at, at + nkeys * key.size) ?? [] }
  },
  write(writer, value) {
    const { keys: matches, ...rest } = value
    if (!Array.isArray(matches)) writer.wrongType('keys', matches)
    header.write(writer, { ...rest, nkeys: matches.length })
    keys.write(writer, matches as readonly U32Key[])
  },
}

/** The number of a u32 filter, that `tc` spells `TABLE:BUCKET:NODE`. */
export function u32Handle(table: number, bucket: number = 0, node: number = 0): number {
  return ((table << 20) | (bucket << 12) | node) >>> 0
}

/** `TCA_OPTIONS` of kind `u32`. */
export const u32 = attrs({
  /** `TCA_U32_CLASSID`; tc: `classid`. */
  classid: [1, handle],
  /** `TCA_U32_HASH`; tc: `ht`. The table and bucket that it is in: see {@link u32Handle}. */
  hash: [2, word],
  /** `TCA_U32_LINK`; tc: `link`. The table that goes on. */
  link: [3, word],
  /** `TCA_U32_DIVISOR`; tc: `divisor`. Makes a table with so many buckets in place of a filter. */
  divisor: [4, word],
  /** `TCA_U32_SEL`; tc: `match`. */
  sel: [5, selector],
  /** `TCA_U32_POLICE`: a police action of old. */
  police: [6, bytes],
  /** `TCA_U32_ACT`; tc: `action`. */
  actions: [7, actions],
  /** `TCA_U32_INDEV`; tc: `indev`. */
  indev: [8, string],
  /** `TCA_U32_PCNT`: how often it was tried, matched, and matched each key. Read-only. */
  pcnt: [9, bytes],
  /** `TCA_U32_MARK`; tc: `match mark`. */
  mark: [10, struct({ val: word, mask: word, success: word })],
  /** `TCA_U32_FLAGS`. */
  flags: [11, classifierFlags],
  pad: [12, pad],
})

/** `struct tc_u32_pcnt` without the counts of the keys. */
export const u32Counts = struct({ rcnt: u64, rhit: u64 })
