/**
 * What the kernel tells about a map.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { getInfo, MAP_INFO } from '../info.ts'
import { MAP_TYPES, type MapType, nameOf, PROGRAM_TYPES, type ProgramType } from '../names.ts'

/** `struct bpf_map_info`. */
export interface MapInfo {
  readonly id: number
  readonly type: MapType
  readonly name: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  /** `BPF_F_*` */
  readonly flags: number
  /** `map_extra`, which each map type reads in its own way. */
  readonly extra: bigint
  /** The interface of an offloaded map, else 0. */
  readonly ifindex: number
  /** The BTF object that describes it, and the types in it; all 0 without. */
  readonly btf: {
    readonly id: number
    readonly keyTypeId: number
    readonly valueTypeId: number
    readonly vmlinuxValueTypeId: number
  }
}

/** Reads a map's info. */
export function mapInfo(fd: number): MapInfo {
  const info = getInfo(fd, MAP_INFO)
  return {
    id: info.id,
    type: nameOf(MAP_TYPES, info.type),
    name: info.name,
    keySize: info.keySize,
    valueSize: info.valueSize,
    maxEntries: info.maxEntries,
    flags: info.mapFlags,
    extra: info.mapExtra,
    ifindex: info.ifindex,
    btf: {
      id: info.btfId,
      keyTypeId: info.btfKeyTypeId,
      valueTypeId: info.btfValueTypeId,
      vmlinuxValueTypeId: info.btfVmlinuxValueTypeId,
    },
  }
}

/** What only `/proc/self/fdinfo` tells about a map. */
export interface MapUsage {
  /** Bytes of memory that it takes. */
  readonly memory: number
  /** Whether it can be changed from outside no more. */
  readonly frozen: boolean
  /** What all programs are like that a map of programs takes, once it has one: their type, and whether they are compiled. */
  readonly owner?: { readonly programType: ProgramType; readonly jited: boolean } | undefined
}

/** Reads a map's lines in `/proc/self/fdinfo`. */
export function mapUsage(fd: number): MapUsage {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
  const line = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  const owner = line('owner_prog_type')
  return {
    memory: line('memlock'),
    frozen: line('frozen') !== 0,
    owner: owner === 0 ? undefined : { programType: nameOf(PROGRAM_TYPES, owner), jited: line('owner_jited') !== 0 },
  }
}
