/**
 * The `bpf(2)` side: programs, maps, links, and objects loaded from ELF files.
 *
 * @module
 */
export * as attrs from './attrs/index.ts'
export { type CommandName } from './attrs/index.ts'
export { type BtfObjectInfo, btfIds, btfInfo, loadBtf, openBtf, readBtf } from './btf-objects.ts'
export { bpf, bpfAsync, bpfReply, bpfReplyAsync, type Describe, type Reply } from './call.ts'
export { type AttachAllOptions } from './collection/attach.ts'
export { Attachments } from './links/attachments.ts'
export { attachUsdt, type UsdtAttachOptions } from './links/usdt.ts'
export { type UsdtArgument, type UsdtLocation } from './usdt/argument.ts'
export { usdtProbe, usdtProbes, type UsdtProbe, type UsdtSite } from './usdt/probes.ts'
export { BtfLoadError } from './collection/types.ts'
export { Collection, type Programs } from './collection/collection.ts'
export { MapMismatchError, ObjectError, type ObjectPlace } from './collection/errors.ts'
export { type CollectionOptions, type ProgramTypes } from './collection/options.ts'
export { type ObjectSource, readObjectFile } from './collection/source.ts'
export { type NumbersClass, Variable } from './collection/variables.ts'
export * from './features/index.ts'
export { KernelTypes, type KernelType } from './kernel-types.ts'
export { type AnchorTarget, type Anchor, after, before, type PlaceOptions } from './links/anchor.ts'
export {
  attachProgram,
  attachProgramAsync,
  type ClassicAttachOptions,
  type ClassicDetachOptions,
  detachProgram,
  detachProgramAsync,
} from './links/classic.ts'
export {
  AttachTypeError,
  type DeviceAttachOptions,
  type DeviceAttachType,
  type DeviceHookKind,
} from './links/device.ts'
export { CgroupLink, type CgroupAttachOptions, type CgroupLinkInfo, type CgroupProgramType } from './links/cgroup.ts'
export { EventLink, type PerfEventLinkInfo } from './links/event.ts'
export { KprobeLink, type KprobeAttachOptions } from './links/kprobe.ts'
export { KprobeMultiLink, type KprobeMultiAttachOptions, type KprobeMultiLinkInfo } from './links/kprobe-multi.ts'
export { PerfEventLink, type PerfEventOptions } from './links/perf-event.ts'
export { TracepointLink, type TracepointAttachOptions } from './links/tracepoint.ts'
export { UprobeLink, type UprobeAttachOptions } from './links/uprobe.ts'
export { UprobeMultiLink, type UprobeMultiAttachOptions, type UprobeMultiLinkInfo } from './links/uprobe-multi.ts'
export { Executable, SymbolError } from './symbols.ts'
export { IterLink, type IterAttachOptions, type IterLinkInfo } from './links/iter.ts'
export { NetfilterLink, type NetfilterAttachOptions, type NetfilterLinkInfo } from './links/netfilter.ts'
export { NetnsLink, type NetnsAttachOptions, type NetnsLinkInfo, type NetnsProgramType } from './links/netns.ts'
export {
  RawTracepointLink,
  type RawTracepointAttachOptions,
  type RawTracepointLinkInfo,
  type RawTracepointProgramType,
} from './links/raw-tracepoint.ts'
export {
  SockmapLink,
  type SockmapAttachOptions,
  type SockmapLinkInfo,
  type SockmapProgramType,
} from './links/sockmap.ts'
export {
  attachReuseport,
  attachSocketFilter,
  detachReuseport,
  detachSocketFilter,
  type SocketRef,
} from './links/socket.ts'
export { StructOpsLink, type StructOpsLinkInfo } from './links/struct-ops.ts'
export {
  TracingLink,
  type TracingAttachOptions,
  type TracingLinkInfo,
  type TracingProgramType,
} from './links/tracing.ts'
export { TracingMultiLink, type TracingMultiAttachOptions, type TracingMultiLinkInfo } from './links/tracing-multi.ts'
export { XdpLink, type XdpAttachOptions, type XdpLinkInfo } from './links/xdp.ts'
export { type FileRef, openProcess } from './files.ts'
export { linkFromFd, linkFromId, loadPinnedLink } from './links/kinds.ts'
export { Link, type LinkClass, type LinkInfo, UpdatableLink, type UpdateOptions } from './links/link.ts'
export { type NetkitAttachOptions, NetkitLink, type NetkitLinkInfo } from './links/netkit.ts'
export { type HookProgram, type HookState, type HookTarget, queryPrograms } from './links/query.ts'
export { type TcxAttachOptions, TcxLink, type TcxLinkInfo } from './links/tcx.ts'
export { BatchError, type MapBatchOptions, IterationError } from './maps/batch-commands.ts'
export {
  bytesCodec,
  descriptorCodec,
  type DescriptorRef,
  type MapCodec,
  type PerCpuCodec,
  u32Codec,
  u64Codec,
} from './maps/codec.ts'
export { type MapBtf, type MapOptions } from './maps/create.ts'
export { type MapInfo, type MapUsage } from './maps/info.ts'
export { possibleCpus } from './maps/kinds.ts'
export { type SetOptions } from './maps/elements.ts'
export { BpfMap } from './maps/map.ts'
export { type MapMemoryOptions } from './maps/memory.ts'
export { type PackedBatch, PackedElements } from './maps/packed.ts'
export { type CpuSetOptions, CpuValues } from './maps/one-cpu.ts'
export { type TypedOptions } from './maps/typed.ts'
export { type DefaultKey, type DefaultKeyIn, type OpenOptions, type ValueIn, type ValueOut } from './maps/shape.ts'
export {
  ATTACH_TYPES,
  type AttachType,
  LINK_TYPES,
  type LinkType,
  MAP_TYPES,
  type MapType,
  PROGRAM_TYPES,
  type ProgramType,
} from './names.ts'
export { BpfObject, type ObjectKind, type PinOptions, unpin, WrongKindError } from './object.ts'
export * from './pins/index.ts'
export { VerifierError } from './programs/errors.ts'
export { type ProgramInfo, type ProgramList } from './programs/info.ts'
export { type AttachTarget, type ProgramBtf, type ProgramOptions } from './programs/load.ts'
export {
  readVerifierLog,
  readVerifierStats,
  type VerifierReport,
  type VerifierSource,
  type VerifierStats,
} from './programs/log.ts'
export { type ProgramCode, type ProgramFunction, type ProgramLine } from './programs/code.ts'
export { Program } from './programs/program.ts'
export { enableStats } from './programs/stats.ts'
export { type RunOptions, type RunResult } from './programs/run.ts'
export * from './readers/index.ts'
export { Token, type TokenInfo } from './token.ts'
