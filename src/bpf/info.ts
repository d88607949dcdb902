/**
 * What the kernel tells about an object that a descriptor stands for (`BPF_OBJ_GET_INFO_BY_FD`).
 *
 * @module
 */
import { arena, Pinned, release, take } from '../sys/index.ts'
import { ObjGetInfo } from './attrs/index.ts'
import { bpfReply, checkReply } from './call.ts'
import {
  address,
  type Fields,
  getFields,
  type Input,
  name,
  putFields,
  s32,
  size,
  tag,
  textOf,
  u32,
  u64,
  type Values,
} from './fields.ts'

/** An info structure: its size in the newest kernel known here, and its rows. Newer fields read as 0 on an older kernel. */
export interface InfoStruct<F extends Fields = Fields> {
  readonly size: number
  readonly fields: F
}

/** `struct bpf_prog_info`. The bit `gpl_compatible` is the lowest of the word at 84. */
export const PROG_INFO = {
  size: 232,
  fields: {
    type: u32(0),
    id: u32(4),
    tag: tag(8),
    jitedProgLen: u32(16),
    xlatedProgLen: u32(20),
    jitedProgInsns: address(24),
    xlatedProgInsns: address(32),
    loadTime: u64(40),
    createdByUid: u32(48),
    nrMapIds: u32(52),
    mapIds: address(56),
    name: name(64),
    ifindex: u32(80),
    gplCompatible: u32(84),
    netnsDev: u64(88),
    netnsIno: u64(96),
    nrJitedKsyms: u32(104),
    nrJitedFuncLens: u32(108),
    jitedKsyms: address(112),
    jitedFuncLens: address(120),
    btfId: u32(128),
    funcInfoRecSize: u32(132),
    funcInfo: address(136),
    nrFuncInfo: u32(144),
    nrLineInfo: u32(148),
    lineInfo: address(152),
    jitedLineInfo: address(160),
    nrJitedLineInfo: u32(168),
    lineInfoRecSize: u32(172),
    jitedLineInfoRecSize: u32(176),
    nrProgTags: u32(180),
    progTags: address(184),
    runTimeNs: u64(192),
    runCnt: u64(200),
    recursionMisses: u64(208),
    verifiedInsns: u32(216),
    attachBtfObjId: u32(220),
    attachBtfId: u32(224),
  },
} as const satisfies InfoStruct

/** `struct bpf_map_info`. */
export const MAP_INFO = {
  size: 104,
  fields: {
    type: u32(0),
    id: u32(4),
    keySize: u32(8),
    valueSize: u32(12),
    maxEntries: u32(16),
    mapFlags: u32(20),
    name: name(24),
    ifindex: u32(40),
    btfVmlinuxValueTypeId: u32(44),
    netnsDev: u64(48),
    netnsIno: u64(56),
    btfId: u32(64),
    btfKeyTypeId: u32(68),
    btfValueTypeId: u32(72),
    btfVmlinuxId: u32(76),
    mapExtra: u64(80),
    hash: address(88),
    hashSize: u32(96),
  },
} as const satisfies InfoStruct

/** `struct bpf_btf_info`. */
export const BTF_INFO = {
  size: 32,
  fields: { btf: address(0), btfSize: u32(8), id: u32(12), name: address(16), nameLen: u32(24), kernelBtf: u32(28) },
} as const satisfies InfoStruct

/** `struct bpf_token_info`. */
export const TOKEN_INFO = {
  size: 32,
  fields: { allowedCmds: u64(0), allowedMaps: u64(8), allowedProgs: u64(16), allowedAttachs: u64(24) },
} as const satisfies InfoStruct

/** What every `struct bpf_link_info` begins with; the rest, from byte 16 on, is by the kind of link. */
export const LINK_INFO = { type: u32(0), id: u32(4), progId: u32(8) } as const satisfies Fields

/** `struct bpf_link_info` of each kind of link. */
export const LINK_INFOS = {
  raw_tracepoint: { tpName: address(16), tpNameLen: u32(24), cookie: u64(32) },
  tracing: { attachType: u32(16), targetObjId: u32(20), targetBtfId: u32(24), cookie: u64(32) },
  cgroup: { cgroupId: u64(16), attachType: u32(24) },
  iter: {
    targetName: address(16),
    targetNameLen: u32(24),
    mapId: u32(28),
    cgroupId: u64(32),
    order: u32(40),
    tid: u32(32),
    pid: u32(36),
  },
  netns: { netnsIno: u32(16), attachType: u32(20) },
  xdp: { ifindex: u32(16) },
  struct_ops: { mapId: u32(16) },
  netfilter: { pf: u32(16), hooknum: u32(20), priority: s32(24), flags: u32(28) },
  kprobe_multi: { addrs: address(16), count: u32(24), flags: u32(28), missed: u64(32), cookies: address(40) },
  uprobe_multi: {
    path: address(16),
    offsets: address(24),
    refCtrOffsets: address(32),
    cookies: address(40),
    pathSize: u32(48),
    count: u32(52),
    flags: u32(56),
    pid: u32(60),
  },
  perf_event: { type: u32(16) },
  tracing_multi: {
    attachType: u32(16),
    count: u32(20),
    btfObjId: u32(24),
    ids: address(32),
    addrs: address(40),
    cookies: address(48),
  },
  tcx: { ifindex: u32(16), attachType: u32(20) },
  netkit: { ifindex: u32(16), attachType: u32(20) },
  sockmap: { mapId: u32(16), attachType: u32(20) },
} as const satisfies Record<string, Fields>

/** `sizeof(struct bpf_link_info)`. */
export const LINK_INFO_SIZE = 64

/** `struct bpf_link_info.perf_event` of each `enum bpf_perf_event_type`, by number. */
export const PERF_EVENT_INFOS = {
  uprobe: { fileName: address(24), nameLen: u32(32), offset: u32(36), cookie: u64(40), refCtrOffset: u64(48) },
  kprobe: { funcName: address(24), nameLen: u32(32), offset: u32(36), addr: u64(40), missed: u64(48), cookie: u64(56) },
  tracepoint: { tpName: address(24), nameLen: u32(32), cookie: u64(40) },
  event: { config: size(24), type: u32(32), cookie: u64(40) },
} as const satisfies Record<string, Fields>

/**
 * Reads an info structure.
 *
 * `ask` sets fields that are questions: where to put a list, and how long it may be. What the fields point to stays the caller's.
 *
 * @throws KernelError `EBADF` when the descriptor is of another kind.
 */
export function getInfo<F extends Fields>(fd: number, struct: InfoStruct<F>, ask: Input<F> = {}): Values<F> {
  const at = take(struct.size)
  try {
    putFields(struct.fields, ask, arena.view, at, () => {
      throw new TypeError('an info structure takes addresses as numbers')
    })
    const { result } = bpfReply(ObjGetInfo, { bpfFd: fd, infoLen: struct.size, info: arena.address + at })
    checkReply(ObjGetInfo, result)
    return getFields(struct.fields, arena.view, at)
  } finally {
    release(at)
  }
}

const TEXT_SIZE = 256

/** Reads a text of a link's info that the kernel writes to where it is told: the rows of its address and its length. */
export function linkText<F extends Fields>(
  fd: number,
  fields: F,
  at: keyof F & string,
  length: keyof F & string,
): string {
  const text = new Pinned(TEXT_SIZE)
  const ask = { [at]: text.address, [length]: TEXT_SIZE } as Input<F>
  getInfo(fd, { size: LINK_INFO_SIZE, fields }, ask)
  return textOf(text.bytes)
}
