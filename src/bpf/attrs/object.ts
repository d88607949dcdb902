/**
 * `union bpf_attr` as the commands use it that treat programs, maps, links and BTF alike.
 *
 * @module
 */
import { address, out, s32, u32 } from '../fields.ts'
import { type CommandName, use } from './use.ts'

export const ObjPin = use('BPF_OBJ_PIN', { pathname: address(0), bpfFd: u32(8), fileFlags: u32(12), pathFd: s32(16) })
export const ObjGet = use('BPF_OBJ_GET', { pathname: address(0), bpfFd: u32(8), fileFlags: u32(12), pathFd: s32(16) })

export const ObjGetInfo = use('BPF_OBJ_GET_INFO_BY_FD', { bpfFd: u32(0), infoLen: out(u32(4)), info: address(8) })

const nextId = <C extends CommandName>(command: C) => use(command, { startId: u32(0), nextId: out(u32(4)) })

export const ProgGetNextId = nextId('BPF_PROG_GET_NEXT_ID')
export const MapGetNextId = nextId('BPF_MAP_GET_NEXT_ID')
export const LinkGetNextId = nextId('BPF_LINK_GET_NEXT_ID')
export const BtfGetNextId = nextId('BPF_BTF_GET_NEXT_ID')

export const ProgGetFdById = use('BPF_PROG_GET_FD_BY_ID', { progId: u32(0) })
export const MapGetFdById = use('BPF_MAP_GET_FD_BY_ID', { mapId: u32(0), openFlags: u32(8) })
export const LinkGetFdById = use('BPF_LINK_GET_FD_BY_ID', { linkId: u32(0) })
export const BtfGetFdById = use('BPF_BTF_GET_FD_BY_ID', { btfId: u32(0), fdByIdTokenFd: s32(12) })

export const BtfLoad = use('BPF_BTF_LOAD', {
  btf: address(0),
  btfLogBuf: address(8),
  btfSize: u32(16),
  btfLogSize: u32(20),
  btfLogLevel: u32(24),
  btfLogTrueSize: out(u32(28)),
  btfFlags: u32(32),
  btfTokenFd: s32(36),
})

export const EnableStats = use('BPF_ENABLE_STATS', { type: u32(0) })

export const TokenCreate = use('BPF_TOKEN_CREATE', { flags: u32(0), bpffsFd: u32(4) })

export const TaskFdQuery = use('BPF_TASK_FD_QUERY', {
  pid: u32(0),
  fd: u32(4),
  flags: u32(8),
  bufLen: out(u32(12)),
  buf: address(16),
  progId: out(u32(24)),
  fdType: out(u32(28)),
})
