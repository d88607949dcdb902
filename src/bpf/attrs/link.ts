/**
 * `union bpf_attr` as the link commands use it: `LINK_CREATE` is one row set for each kind of link.
 *
 * @module
 */
import { type Field, type Fields, address, s32, u32, u64 } from '../fields.ts'
import { use } from './use.ts'

/** What every `LINK_CREATE` begins with. */
const head = {
  progFd: u32(0),
  mapFd: u32(0),
  targetFd: u32(4),
  targetIfindex: u32(4),
  attachType: u32(8),
  flags: u32(12),
}

const linkCreate = <F extends Fields>(fields: F) => use('BPF_LINK_CREATE', { ...head, ...fields })

/** Where in a list of programs: the same three fields for each hook that keeps one. */
const position = { relativeFd: u32(16), relativeId: u32(16), expectedRevision: u64(24) }

export const LinkCreate = linkCreate({})
export const LinkCreateNetkit = linkCreate(position)
export const LinkCreateTcx = linkCreate(position)
export const LinkCreateCgroup = linkCreate(position)
export const LinkCreateTracing = linkCreate({ targetBtfId: u32(16), cookie: u64(24) })
export const LinkCreatePerfEvent = linkCreate({ bpfCookie: u64(16) })
export const LinkCreateIter = linkCreate({ iterInfo: address(16), iterInfoLen: u32(24) })

/** Where the kind of link has flags of its own beside the common ones. */
const kindFlags = (offset: number): Field<'u32', false> => u32(offset)

export const LinkCreateKprobeMulti = linkCreate({
  kprobeFlags: kindFlags(16),
  cnt: u32(20),
  syms: address(24),
  addrs: address(32),
  cookies: address(40),
})

export const LinkCreateUprobeMulti = linkCreate({
  path: address(16),
  offsets: address(24),
  refCtrOffsets: address(32),
  cookies: address(40),
  cnt: u32(48),
  uprobeFlags: kindFlags(52),
  pid: u32(56),
  pathFd: u32(60),
})

export const LinkCreateNetfilter = linkCreate({
  pf: u32(16),
  hooknum: u32(20),
  priority: s32(24),
  netfilterFlags: kindFlags(28),
})

export const LinkCreateTracingMulti = linkCreate({ ids: address(16), cookies: address(24), cnt: u32(32) })

export const LinkUpdate = use('BPF_LINK_UPDATE', {
  linkFd: u32(0),
  newProgFd: u32(4),
  newMapFd: u32(4),
  flags: u32(8),
  oldProgFd: u32(12),
  oldMapFd: u32(12),
})

export const LinkDetach = use('BPF_LINK_DETACH', { linkFd: u32(0) })

export const RawTracepointOpen = use('BPF_RAW_TRACEPOINT_OPEN', { name: address(0), progFd: u32(8), cookie: u64(16) })

export const IterCreate = use('BPF_ITER_CREATE', { linkFd: u32(0), flags: u32(4) })

/** Bits of `attach_flags` and of the flags of `LINK_CREATE`. */
export const ATTACH_FLAGS = {
  allowOverride: 1,
  allowMulti: 2,
  /** `BPF_F_REPLACE` */
  replace: 4,
  /** `BPF_F_BEFORE` */
  before: 8,
  /** `BPF_F_AFTER` */
  after: 16,
  /** `BPF_F_ID`: the relative is an id, in place of a descriptor. */
  id: 32,
  /** `BPF_F_PREORDER` */
  preorder: 64,
  /** `BPF_F_LINK`: the relative is a link, in place of a program. */
  link: 8192,
} as const
