/**
 * The shape of a map that is open, and the codecs that fit it.
 *
 * @module
 */
import { type MapType } from '../names.ts'
import { type BpfObject, type PinOptions, WrongKindError } from '../object.ts'
import {
  bytesCodec,
  descriptorCodec,
  type DescriptorRef,
  type MapCodec,
  objectCodec,
  perCpuCodec,
  u32Codec,
} from './codec.ts'
import { type MapInfo } from './info.ts'
import {
  type HolderMapType,
  type IndexMapType,
  kindOfMap,
  type PerCpuMapType,
  possibleCpus,
  type StorageMapType,
} from './kinds.ts'

/** What keys of a map type are unless a codec says otherwise. */
export type DefaultKey<T> = T extends IndexMapType ? number : Uint8Array
/** What may be given for it: whatever has a descriptor, where keys are descriptors. */
export type DefaultKeyIn<T> = T extends StorageMapType ? DescriptorRef : DefaultKey<T>
/** What is read from a map of the type: an array of all CPUs' values, an object's id, or the value. */
export type ValueOut<T, V> = T extends PerCpuMapType ? V[] : T extends HolderMapType ? number : V
/** What is written into a map of the type. */
export type ValueIn<T, V> = T extends PerCpuMapType ? readonly V[] : T extends HolderMapType ? BpfObject : V

/** How an existing map is opened. */
export interface OpenOptions<T extends MapType, K, V, KI, VI> extends PinOptions {
  /** Refuse a map of another type. */
  readonly type?: T | undefined
  readonly key?: MapCodec<K, KI> | undefined
  readonly value?: MapCodec<V, VI> | undefined
}

/** What a map that is open is laid out by. */
export interface Shape {
  readonly type: MapType
  readonly name: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
}

/** The remedies of a refused operation, one row each. */
const HINTS: Readonly<Record<string, (map: Shape) => string>> = {
  E2BIG: ({ maxEntries, type }) =>
    type === 'array' || type === 'percpu_array'
      ? `the index must be below ${maxEntries}`
      : `it is full: it holds ${maxEntries} entries`,
  EPERM: () => 'it is frozen, or opened or created for reading only',
  EEXIST: () => 'the key is there already',
  EBUSY: () => 'a program is changing the same bucket: try again',
  EINVAL: ({ type }) => `a ${type} map takes no such key, value, flags or operation`,
  ENOTSUPP: ({ type }) => `a ${type} map has no such operation`,
  EOPNOTSUPP: ({ type }) => `a ${type} map has no such operation`,
}

/** The remedy of a refused operation on an element. */
export const elementHint = (code: string, map: Shape): string | undefined => HINTS[code]?.(map)

/** The codecs of a map: those that were given, as long as their sizes are the kernel's, or what the type has. */
export function codecsOf<T extends MapType, K, V, KI, VI>(
  info: MapInfo,
  options: OpenOptions<T, K, V, KI, VI>,
): { key: MapCodec<K, KI>; value: MapCodec<ValueOut<T, V>, ValueIn<T, VI>> } {
  const kind = kindOfMap(info.type)
  const indexed = kind.index && info.keySize === u32Codec.size
  // The conditional types of the map type say the same as these rows, which the compiler cannot see.
  const number: MapCodec<number, never> = kind.storage ? descriptorCodec : u32Codec
  const key = (options.key ?? (indexed ? number : bytesCodec(info.keySize, 'key'))) as MapCodec<K, KI>
  const one = (options.value ?? bytesCodec(info.valueSize)) as MapCodec<V, VI>
  const value = kind.holds ? objectCodec : kind.perCpu ? perCpuCodec(one, possibleCpus()) : one
  requireSize(key.size, info.keySize, 'key', info)
  if (!kind.holds) requireSize(one.size, info.valueSize, 'value', info)
  return { key, value: value as MapCodec<unknown, never> as MapCodec<ValueOut<T, V>, ValueIn<T, VI>> }
}

function requireSize(codec: number, kernel: number, what: string, { name }: MapInfo): void {
  if (codec !== kernel) {
    throw new WrongKindError(`the ${what} codec is for ${codec} bytes, map ${JSON.stringify(name)} has ${kernel}`)
  }
}
