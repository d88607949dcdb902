/**
 * What the kernel tells about a program.
 *
 * @module
 */
import { Pinned } from '../../sys/index.ts'
import { getInfo, PROG_INFO } from '../info.ts'
import { nameOf, PROGRAM_TYPES, type ProgramType } from '../names.ts'

/** `struct bpf_prog_info`, without the lists that have functions of their own. */
export interface ProgramInfo {
  readonly id: number
  readonly type: ProgramType
  readonly name: string
  /** The SHA-1 or SHA-256 prefix over the instructions, 16 hexadecimal digits. */
  readonly tag: string
  /** Nanoseconds since boot. */
  readonly loadTime: bigint
  readonly createdByUid: number
  /** The maps that it uses, by id. */
  readonly mapIds: readonly number[]
  /** Whether its licence is compatible with the GPL. */
  readonly gplCompatible: boolean
  /** The interface of a device-bound program, else 0. */
  readonly ifindex: number
  /** The id of its BTF, 0 without. */
  readonly btfId: number
  /** Bytes of its instructions as the verifier rewrote them. */
  readonly translatedSize: number
  /** Bytes of machine code, 0 where it is interpreted. */
  readonly jitedSize: number
  /** Instructions that the verifier looked at. Requires Linux 5.16. */
  readonly verifiedInstructions: number
  /** Nanoseconds that it ran, while statistics were on. */
  readonly runTime: bigint
  /** How often it ran, while statistics were on. */
  readonly runCount: bigint
  /** How often it was not run because it was running already. */
  readonly recursionMisses: bigint
  /** What a tracing program is on: the BTF object and the id in it; 0 for none. */
  readonly target: { readonly btfObjectId: number; readonly btfId: number }
}

const GPL = 1

/** Reads a program's info. */
export function programInfo(fd: number): ProgramInfo {
  const { nrMapIds } = getInfo(fd, PROG_INFO)
  const ids = new Pinned(nrMapIds * 4)
  const info = getInfo(fd, PROG_INFO, nrMapIds > 0 ? { nrMapIds, mapIds: ids.address } : {})
  const count = Math.min(nrMapIds, info.nrMapIds)
  return {
    id: info.id,
    type: nameOf(PROGRAM_TYPES, info.type),
    name: info.name,
    tag: info.tag,
    loadTime: info.loadTime,
    createdByUid: info.createdByUid,
    mapIds: Array.from({ length: count }, (_, index) => ids.view.getUint32(index * 4, true)),
    gplCompatible: (info.gplCompatible & GPL) !== 0,
    ifindex: info.ifindex,
    btfId: info.btfId,
    translatedSize: info.xlatedProgLen,
    jitedSize: info.jitedProgLen,
    verifiedInstructions: info.verifiedInsns,
    runTime: info.runTimeNs,
    runCount: info.runCnt,
    recursionMisses: info.recursionMisses,
    target: { btfObjectId: info.attachBtfObjId, btfId: info.attachBtfId },
  }
}

/** The lists of `struct bpf_prog_info` that are bytes: their length, in records of so many bytes, and where they go. */
const LISTS = {
  translated: { length: 'xlatedProgLen', size: 1, to: 'xlatedProgInsns' },
  jited: { length: 'jitedProgLen', size: 1, to: 'jitedProgInsns' },
  functions: { length: 'nrFuncInfo', size: 8, to: 'funcInfo', record: 'funcInfoRecSize' },
  lines: { length: 'nrLineInfo', size: 16, to: 'lineInfo', record: 'lineInfoRecSize' },
  jitedLines: { length: 'nrJitedLineInfo', size: 8, to: 'jitedLineInfo', record: 'jitedLineInfoRecSize' },
  jitedSymbols: { length: 'nrJitedKsyms', size: 8, to: 'jitedKsyms' },
  jitedLengths: { length: 'nrJitedFuncLens', size: 4, to: 'jitedFuncLens' },
  tags: { length: 'nrProgTags', size: 8, to: 'progTags' },
} as const

/** A list of a program's info, as bytes. */
export type ProgramList = keyof typeof LISTS

/** Reads one list: empty where the kernel has none, or does not show it to this user. */
export function programList(fd: number, list: ProgramList): Uint8Array {
  const row = LISTS[list]
  const record = 'record' in row ? row.record : undefined
  const before = getInfo(fd, PROG_INFO)
  const size = (record && before[record]) || row.size
  const bytes = new Pinned(before[row.length] * size)
  if (before[row.length] === 0) return new Uint8Array(0)
  const after = getInfo(fd, PROG_INFO, {
    [row.length]: before[row.length],
    [row.to]: bytes.address,
    ...(record && { [record]: size }),
  })
  // Without the privilege to see kernel addresses the kernel sets the pointer, or the count, to 0.
  if (after[row.to] === 0) return new Uint8Array(0)
  return bytes.bytes.slice(0, Math.min(after[row.length], before[row.length]) * size)
}
