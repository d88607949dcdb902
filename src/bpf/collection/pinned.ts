/**
 * Maps that an object shares through a pin, or is given.
 *
 * @module
 */
import { type MapSpec } from '../../elf/index.ts'
import { KernelError } from '../../sys/index.ts'
import { BpfMap } from '../maps/map.ts'
import { MapMismatchError } from './errors.ts'

/** The kernel adds this flag to these maps on its own. */
const BPF_F_RDONLY_PROG = 128
const READ_ONLY_BY_NATURE = new Set<MapSpec['type']>(['devmap', 'devmap_hash'])

/** What must be equal for a map to take another one's place, one row each. */
const FIELDS: readonly (readonly [name: string, of: (map: MapSpec | BpfMap) => string | number])[] = [
  ['type', ({ type }) => type],
  ['key size', ({ keySize }) => keySize],
  ['value size', ({ valueSize }) => valueSize],
  ['max_entries', ({ maxEntries }) => maxEntries],
  ['flags', ({ type, flags }) => (READ_ONLY_BY_NATURE.has(type) ? flags & ~BPF_F_RDONLY_PROG : flags)],
]

/** @throws MapMismatchError naming the first property that differs. */
export function requireFit(spec: MapSpec, map: BpfMap, where: string): void {
  for (const [name, of] of FIELDS) {
    const expected = of(spec)
    const found = of(map)
    if (expected !== found) throw new MapMismatchError(spec.name, where, name, expected, found)
  }
  const extra = map.info().extra
  if (extra !== spec.extra) throw new MapMismatchError(spec.name, where, 'map_extra', `${spec.extra}`, `${extra}`)
}

/** The map that is pinned there, undefined when there is none. */
export function pinnedMap(path: string, spec: MapSpec): BpfMap | undefined {
  let map: BpfMap
  try {
    map = BpfMap.loadPinned(path)
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    requireFit(spec, map, path)
    return map
  } catch (error) {
    map.close()
    throw error
  }
}
