/**
 * `union bpf_attr` as the map commands use it.
 *
 * @module
 */
import { address, name, out, s32, u32, u64 } from '../fields.ts'
import { type CommandName, use } from './use.ts'

export const MapCreate = use('BPF_MAP_CREATE', {
  mapType: u32(0),
  keySize: u32(4),
  valueSize: u32(8),
  maxEntries: u32(12),
  mapFlags: u32(16),
  innerMapFd: u32(20),
  numaNode: u32(24),
  mapName: name(28),
  mapIfindex: u32(44),
  btfFd: u32(48),
  btfKeyTypeId: u32(52),
  btfValueTypeId: u32(56),
  btfVmlinuxValueTypeId: u32(60),
  mapExtra: u64(64),
  valueTypeBtfObjFd: s32(72),
  mapTokenFd: s32(76),
  exclProgHash: address(80),
  exclProgHashSize: u32(88),
})

const element = { mapFd: u32(0), key: address(8), value: address(16), flags: u64(24) }

export const MapLookupElem = use('BPF_MAP_LOOKUP_ELEM', element)
export const MapUpdateElem = use('BPF_MAP_UPDATE_ELEM', element)
export const MapDeleteElem = use('BPF_MAP_DELETE_ELEM', element)
export const MapLookupAndDeleteElem = use('BPF_MAP_LOOKUP_AND_DELETE_ELEM', element)
export const MapGetNextKey = use('BPF_MAP_GET_NEXT_KEY', { mapFd: u32(0), key: address(8), nextKey: address(16) })
export const MapFreeze = use('BPF_MAP_FREEZE', { mapFd: u32(0) })

const batch = <C extends CommandName>(command: C) =>
  use(command, {
    inBatch: address(0),
    outBatch: address(8),
    keys: address(16),
    values: address(24),
    count: out(u32(32)),
    mapFd: u32(36),
    elemFlags: u64(40),
    flags: u64(48),
  })

export const MapLookupBatch = batch('BPF_MAP_LOOKUP_BATCH')
export const MapLookupAndDeleteBatch = batch('BPF_MAP_LOOKUP_AND_DELETE_BATCH')
export const MapUpdateBatch = batch('BPF_MAP_UPDATE_BATCH')
export const MapDeleteBatch = batch('BPF_MAP_DELETE_BATCH')
