/**
 * `BPF_MAP_CREATE`.
 *
 * @module
 */
import { errnoName, Fd, KernelError } from '../../sys/index.ts'
import { MapCreate } from '../attrs/index.ts'
import { bpfReply } from '../call.ts'
import { type Input } from '../fields.ts'
import { MAP_TYPES, type MapType, numberOf, objectName } from '../names.ts'
import { type BpfObject } from '../object.ts'
import { missingCapabilities } from '../privileges.ts'
import { refusalLog } from '../refusal.ts'
import { type MapCodec } from './codec.ts'
import { kindOfMap, possibleCpus } from './kinds.ts'
import { plainTypes } from './plain-types.ts'

/** A map's type information, already in the kernel. */
export interface MapBtf {
  /** The descriptor of the BTF object. */
  readonly fd: number
  readonly keyTypeId?: number | undefined
  readonly valueTypeId?: number | undefined
}

/** What a map is made of. */
export interface MapOptions<T extends MapType = MapType, K = unknown, V = unknown, KI = K, VI = V> {
  /** `BPF_MAP_TYPE_*` */
  readonly type: T
  /** The name, for errors and tools. The kernel keeps 15 bytes of it; characters it refuses become `_`. */
  readonly name?: string | undefined
  /** Bytes of a key: those of `key`, or what the type has, unless said. */
  readonly keySize?: number | undefined
  /** Bytes of a value; of one CPU's value in a per-CPU map. Those of `value`, or what the type has, unless said. */
  readonly valueSize?: number | undefined
  /** How many entries it holds; bytes of a ring buffer, pages of an arena. One a CPU in a `perf_event_array` unless said. */
  readonly maxEntries?: number | undefined
  /** `BPF_F_*` flags, beside those that the kernel insists on for the type (`BPF_F_NO_PREALLOC` of tries and local storage, `BPF_F_MMAPABLE` of arenas). */
  readonly flags?: number | undefined
  /** `map_extra`: the hash functions of a bloom filter, the address of an arena. */
  readonly extra?: bigint | number | undefined
  /** The NUMA node it is allocated on. */
  readonly numaNode?: number | undefined
  /** What the maps in a map of maps are like: any map of that shape. */
  readonly inner?: BpfObject | undefined
  /** The interface that an offloaded map is for. */
  readonly ifindex?: number | undefined
  /** Its types. Local storage and `struct_ops`, for which the kernel insists on some, get an `int` and an array of bytes unless said. */
  readonly btf?: MapBtf | undefined
  /** The kernel type that a `struct_ops` map is a value of, by its BTF id, and the module's BTF. */
  readonly kernelValue?: { readonly typeId: number; readonly btfFd?: number | undefined } | undefined
  /** The descriptor of a `Token`, which stands in for capabilities. Requires Linux 6.9. */
  readonly tokenFd?: number | undefined
  /** The SHA-256 of the only program that may use it. Requires Linux 6.18. */
  readonly exclusiveTo?: Uint8Array | undefined
  /** How keys go into bytes; numbers where the type has indices, else `Uint8Array`, unless said. */
  readonly key?: MapCodec<K, KI> | undefined
  /** How values go into bytes, of one CPU in a per-CPU map; `Uint8Array` unless said. */
  readonly value?: MapCodec<V, VI> | undefined
}

const BPF_F_NUMA_NODE = 1 << 2
const BPF_F_VTYPE_BTF_OBJ_FD = 1 << 15
const BPF_F_TOKEN_FD = 1 << 16

/** Creates a map: its descriptor, owned by the caller. */
export function createMap(options: MapOptions): Fd {
  const { type, tokenFd, kernelValue } = options
  const { storage } = kindOfMap(type)
  if (options.btf || (!storage && !kernelValue)) return create(options, options.btf)
  const { fd, ...ids } = plainTypes(options.valueSize ?? options.value?.size ?? 0, tokenFd)
  using types = fd
  // A kernel's own type needs some types beside it, and none of them for key and value.
  return create(options, { fd: types.number, ...(storage && ids) })
}

function create(options: MapOptions, btf: MapBtf | undefined): Fd {
  const { type, name = '', kernelValue, numaNode, tokenFd, exclusiveTo, inner } = options
  const kind = kindOfMap(type)
  const attr: Input<typeof MapCreate.fields> = {
    mapType: numberOf(MAP_TYPES, type),
    keySize: options.keySize ?? options.key?.size ?? kind.keySize,
    valueSize: options.valueSize ?? options.value?.size ?? kind.valueSize,
    maxEntries: options.maxEntries ?? (kind.entryPerCpu ? possibleCpus() : undefined),
    mapFlags:
      (options.flags ?? 0) |
      (kind.flags ?? 0) |
      (numaNode === undefined ? 0 : BPF_F_NUMA_NODE) |
      (kernelValue?.btfFd === undefined ? 0 : BPF_F_VTYPE_BTF_OBJ_FD) |
      (tokenFd === undefined ? 0 : BPF_F_TOKEN_FD),
    innerMapFd: inner?.fd.number,
    numaNode,
    mapName: objectName(name),
    mapIfindex: options.ifindex,
    mapExtra: options.extra,
    btfFd: btf?.fd,
    btfKeyTypeId: btf?.keyTypeId,
    btfValueTypeId: btf?.valueTypeId,
    btfVmlinuxValueTypeId: kernelValue?.typeId,
    valueTypeBtfObjFd: kernelValue?.btfFd,
    mapTokenFd: tokenFd,
    ...(exclusiveTo && { exclProgHash: exclusiveTo, exclProgHashSize: exclusiveTo.length }),
  }
  const { result } = bpfReply(MapCreate, attr)
  if (result >= 0) return Fd.own(result, `map ${JSON.stringify(name)}`)
  const detail = refusalLog(MapCreate, attr)
  throw new KernelError({
    errno: result,
    syscall: `bpf(${MapCreate.command})`,
    attempted: `create ${type} map ${JSON.stringify(name)}`,
    detail,
    // The kernel's own words say more than a guess at them.
    hint: detail === undefined ? HINTS[errnoName(result)]?.(options) : undefined,
  })
}

/** The remedies of a refused creation, one row each. */
const HINTS: Readonly<Record<string, (options: MapOptions) => string | undefined>> = {
  EPERM: () => missingCapabilities(['CAP_BPF']),
  EINVAL: ({ type }) =>
    `a ${type} map takes other sizes, entries or flags than these, or this kernel does not know the type`,
  E2BIG: () => 'a key, a value or all of it is larger than the kernel allows',
  ENOMEM: () => 'there is no memory for that many entries',
  ENOTSUPP: ({ type }) => `the kernel does not describe ${type} maps by BTF`,
}
