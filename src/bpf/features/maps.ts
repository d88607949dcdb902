/**
 * Probes of map types: the smallest map of the type is created, or refused.
 *
 * @module
 */
import { KernelError, pageSize } from '../../sys/index.ts'
import { createMap, type MapOptions } from '../maps/create.ts'
import { BpfMap } from '../maps/map.ts'
import { kindOfMap } from '../maps/kinds.ts'
import { type MapType } from '../names.ts'
import { type Finding } from './outcome.ts'

/** What a map of a type takes, where it is not 4 bytes for a key, 4 for a value and one entry. */
const SMALLEST: Readonly<Record<string, Partial<MapOptions>>> = {
  stack_trace: { valueSize: 8 },
  lpm_trie: { keySize: 8 },
  cgroup_storage: { keySize: 16, maxEntries: 0 },
  percpu_cgroup_storage: { keySize: 16, maxEntries: 0 },
  queue: { keySize: 0 },
  stack: { keySize: 0 },
  bloom_filter: { keySize: 0 },
  insn_array: { valueSize: 16 },
  // The kernel's first type is no table of functions, and one that has such tables says so.
  struct_ops: { kernelValue: { typeId: 1 } },
}

/** Whether maps of a type can be created. */
export function probeMapType(type: MapType): Finding {
  const { opaque, storage, holds } = kindOfMap(type)
  const own = typeof type === 'string' ? SMALLEST[type] : undefined
  const sizes = opaque ? { keySize: 0, valueSize: 0 } : { keySize: 4, valueSize: 4 }
  const entries = storage ? 0 : opaque && type !== 'arena' ? pageSize() : 1
  try {
    using inner = holds === 'map' ? BpfMap.create({ type: 'array', maxEntries: 1, valueSize: 4 }) : undefined
    createMap({ type, maxEntries: entries, ...sizes, ...own, inner }).close()
    return 'yes'
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    if (error.code === 'EPERM') return { refused: error.code }
    return error.code === 'EINVAL' ? 'no' : 'yes'
  }
}
