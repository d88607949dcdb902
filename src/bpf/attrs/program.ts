/**
 * `union bpf_attr` as the program commands use it.
 *
 * @module
 */
import { address, name, out, s32, u32, u64 } from '../fields.ts'
import { use } from './use.ts'

export const ProgLoad = use('BPF_PROG_LOAD', {
  progType: u32(0),
  insnCnt: u32(4),
  insns: address(8),
  license: address(16),
  logLevel: u32(24),
  logSize: u32(28),
  logBuf: address(32),
  kernVersion: u32(40),
  progFlags: u32(44),
  progName: name(48),
  progIfindex: u32(64),
  expectedAttachType: u32(68),
  progBtfFd: u32(72),
  funcInfoRecSize: u32(76),
  funcInfo: address(80),
  funcInfoCnt: u32(88),
  lineInfoRecSize: u32(92),
  lineInfo: address(96),
  lineInfoCnt: u32(104),
  attachBtfId: u32(108),
  attachProgFd: u32(112),
  attachBtfObjFd: u32(112),
  coreReloCnt: u32(116),
  fdArray: address(120),
  coreRelos: address(128),
  coreReloRecSize: u32(136),
  logTrueSize: out(u32(140)),
  progTokenFd: s32(144),
  fdArrayCnt: u32(148),
  signature: address(152),
  signatureSize: u32(160),
  keyringId: s32(164),
})

export const ProgTestRun = use('BPF_PROG_TEST_RUN', {
  progFd: u32(0),
  retval: out(u32(4)),
  dataSizeIn: u32(8),
  dataSizeOut: out(u32(12)),
  dataIn: address(16),
  dataOut: address(24),
  repeat: u32(32),
  duration: out(u32(36)),
  ctxSizeIn: u32(40),
  ctxSizeOut: out(u32(44)),
  ctxIn: address(48),
  ctxOut: address(56),
  flags: u32(64),
  cpu: u32(68),
  batchSize: u32(72),
})

/** `PROG_ATTACH` and `PROG_DETACH`: the classic attachment that no link owns. */
const attach = {
  targetFd: u32(0),
  targetIfindex: u32(0),
  attachBpfFd: u32(4),
  attachType: u32(8),
  attachFlags: u32(12),
  replaceBpfFd: u32(16),
  relativeFd: u32(20),
  relativeId: u32(20),
  expectedRevision: u64(24),
}

export const ProgAttach = use('BPF_PROG_ATTACH', attach)
export const ProgDetach = use('BPF_PROG_DETACH', attach)

export const ProgQuery = use('BPF_PROG_QUERY', {
  targetFd: u32(0),
  targetIfindex: u32(0),
  attachType: u32(4),
  queryFlags: u32(8),
  attachFlags: out(u32(12)),
  progIds: address(16),
  count: out(u32(24)),
  progAttachFlags: address(32),
  linkIds: address(40),
  linkAttachFlags: address(48),
  revision: out(u64(56)),
})

export const ProgBindMap = use('BPF_PROG_BIND_MAP', { progFd: u32(0), mapFd: u32(4), flags: u32(8) })

export const ProgStreamRead = use('BPF_PROG_STREAM_READ_BY_FD', {
  streamBuf: address(0),
  streamBufLen: u32(8),
  streamId: u32(12),
  progFd: u32(16),
})

export const ProgAssocStructOps = use('BPF_PROG_ASSOC_STRUCT_OPS', { mapFd: u32(0), progFd: u32(4), flags: u32(8) })
