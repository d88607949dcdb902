/**
 * The memory that a map shares with user space.
 *
 * @module
 */
import { type Fd, Mapping, pageSize } from '../../sys/index.ts'
import { mapInfo } from './info.ts'
import { type Shape } from './shape.ts'

/** How a map's memory is mapped. */
export interface MapMemoryOptions {
  /** Whether it can be written. */
  readonly write?: boolean | undefined
  /** The address where an arena has to be: the one that it was created for, unless said. */
  readonly address?: number | undefined
}

/** Values of an array stand this far apart at least. */
const ALIGN = 8

/** Maps all values of an array, or the pages of an arena. */
export function mapMemory(map: Shape & { readonly fd: Fd }, options: MapMemoryOptions): Mapping {
  const fd = map.fd.number
  if (map.type !== 'arena') return new Mapping(fd, Math.ceil(map.valueSize / ALIGN) * ALIGN * map.maxEntries, options)
  // An arena stands at the same address for programs and for user space: the one it was made for, if any.
  const address = options.address ?? Number(mapInfo(fd).extra)
  return new Mapping(fd, map.maxEntries * pageSize(), { ...options, address })
}
