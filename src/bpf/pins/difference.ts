/**
 * Whether one map can stand in for another.
 *
 * @module
 */
import { type MapType } from '../names.ts'

/** What a map is like, as far as another one must be like it to take its place. */
export interface MapShape {
  readonly type: MapType
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  /** `BPF_F_*` */
  readonly flags: number
  /** `map_extra` */
  readonly extra: bigint
}

/** A property in which two maps differ. */
export interface MapDifference {
  /** Which, as an error says it: `value size`. */
  readonly field: string
  readonly wanted: string | number
  readonly found: string | number
}

/** The kernel adds this flag to these maps on its own. */
const BPF_F_RDONLY_PROG = 128
const READ_ONLY_BY_NATURE: ReadonlySet<MapType> = new Set<MapType>(['devmap', 'devmap_hash'])

/** What must be equal, one row each. */
const FIELDS: readonly (readonly [field: string, of: (map: MapShape) => string | number])[] = [
  ['type', ({ type }) => type],
  ['key size', ({ keySize }) => keySize],
  ['value size', ({ valueSize }) => valueSize],
  ['max_entries', ({ maxEntries }) => maxEntries],
  ['flags', ({ type, flags }) => (READ_ONLY_BY_NATURE.has(type) ? flags & ~BPF_F_RDONLY_PROG : flags)],
  ['map_extra', ({ extra }) => `${extra}`],
]

/** The properties in which a map is not as it is wanted; none when it can be used as it is. */
export function mapDifferences(wanted: MapShape, found: MapShape): MapDifference[] {
  return FIELDS.map(([field, of]) => ({ field, wanted: of(wanted), found: of(found) })).filter(
    (row) => row.wanted !== row.found,
  )
}
