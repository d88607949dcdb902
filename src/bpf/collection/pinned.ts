/**
 * Maps that an object shares through a pin, or is given.
 *
 * @module
 */
import { type MapSpec } from '../../elf/index.ts'
import { KernelError } from '../../sys/index.ts'
import { BpfMap } from '../maps/map.ts'
import { mapDifferences } from '../pins/difference.ts'
import { MapMismatchError } from './errors.ts'

/** @throws MapMismatchError naming the first property that differs. */
export function requireFit(spec: MapSpec, map: BpfMap, where: string): void {
  const [first] = mapDifferences(spec, map.info())
  if (first) throw new MapMismatchError(spec.name, where, first.field, first.wanted, first.found)
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
