/**
 * The codecs of a map by the types that the kernel has of it.
 *
 * @module
 */
import { valueCodec, type ValueCodecOptions } from '../../btf/index.ts'
import { openBtf, readBtf } from '../btf-objects.ts'
import { WrongKindError } from '../object.ts'
import { type MapCodec, objectCodec, perCpuCodec } from './codec.ts'
import { type MapInfo } from './info.ts'
import { kindOfMap, possibleCpus } from './kinds.ts'

/** How values look beside their types. */
export type TypedOptions = Omit<ValueCodecOptions, 'name'>

/** Reads a map's types from the kernel and makes codecs of them. Needs CAP_SYS_ADMIN. */
export function typedCodecs(info: MapInfo, options: TypedOptions = {}): { key: MapCodec<unknown>; value: unknown } {
  const { id, keyTypeId, valueTypeId } = info.btf
  if (id === 0 || valueTypeId === 0) {
    throw new WrongKindError(`the kernel has no types of map ${JSON.stringify(info.name)}: it was created without`)
  }
  using fd = openBtf(id)
  const btf = readBtf(fd.number)
  const kind = kindOfMap(info.type)
  const codec = (type: number, what: string): MapCodec<unknown> =>
    valueCodec(btf, type, { ...options, name: `${info.name} ${what}` })
  const one = codec(valueTypeId, 'value')
  return {
    key: keyTypeId === 0 ? NOTHING : codec(keyTypeId, 'key'),
    value: kind.holds ? objectCodec : kind.perCpu ? perCpuCodec(one, possibleCpus()) : one,
  }
}

/** The key of a map that has none. */
const NOTHING: MapCodec<unknown> = { size: 0, read: () => undefined, write() {} }
