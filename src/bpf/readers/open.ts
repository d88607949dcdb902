/**
 * Maps as readers take them.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { type Values } from '../fields.ts'
import { getInfo, MAP_INFO } from '../info.ts'
import { MAP_TYPES, type MapType, nameOf } from '../names.ts'
import { WrongKindError } from '../object.ts'

/** A map: anything that has its descriptor. It stays the caller's. */
export interface MapHandle {
  readonly fd: Fd
}

/** A map that is being opened for reading: a descriptor that the reader owns, and what the kernel tells about the map. */
export interface OpenedBuffer {
  readonly fd: Fd
  readonly info: Values<typeof MAP_INFO.fields>
  /** What an error calls the map. */
  readonly title: string
}

/** Takes a second descriptor of the map, which must be of the type. */
export function openBuffer(map: MapHandle, type: Extract<MapType, string>): OpenedBuffer {
  const info = getInfo(map.fd.number, MAP_INFO)
  const title = `map ${JSON.stringify(info.name)}`
  if (info.type !== MAP_TYPES[type]) {
    throw new WrongKindError(`${title} is of type ${nameOf(MAP_TYPES, info.type)}, not ${type}`)
  }
  return { fd: map.fd.dup(), info, title }
}
