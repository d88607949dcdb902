import { attrs, bytes, littleEndian, named, pad, s64, type Source, string, u32, u64, type Out } from '../codec/index.ts'
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_DONE, NLMSG_HDRLEN } from './constants.ts'

/** What the kernel wanted of an attribute (`NL_POLICY_TYPE_ATTR_*`). */
export const policy = attrs({
  /** `NL_ATTR_TYPE_*`. */
  type: [
    1,
    named(u32, {
      invalid: 0,
      flag: 1,
      u8: 2,
      u16: 3,
      u32: 4,
      u64: 5,
      s8: 6,
      s16: 7,
      s32: 8,
      s64: 9,
      binary: 10,
      string: 11,
      'nul-string': 12,
      nested: 13,
      'nested-array': 14,
      bitfield32: 15,
      sint: 16,
      uint: 17,
    }),
  ],
  minSigned: [2, s64],
  maxSigned: [3, s64],
  min: [4, u64],
  max: [5, u64],
  minLength: [6, u32],
  maxLength: [7, u32],
  policyIndex: [8, u32],
  policyMaxType: [9, u32],
  /** The bits allowed in a bitfield. */
  bitfieldMask: [10, u32],
  pad: [11, pad],
  /** The bits allowed. */
  mask: [12, u64],
})

/** What the kernel wanted of an attribute: its type, its range, its bits. */
export type Policy = Out<typeof policy>

/** Extended acknowledgement (`NLMSGERR_ATTR_*`). Requires Linux 4.12; policies 5.10; missing attributes 6.1. */
export const extack = attrs({
  /** The kernel's own words. */
  message: [1, string],
  /** Where the culprit lies, in bytes from the start of the request's header. */
  offset: [2, u32],
  cookie: [3, bytes],
  policy: [4, policy],
  /** Type of the attribute that is missing. */
  missingType: [5, u32],
  /** Where the nest that misses it lies; absent: the message itself. */
  missingNest: [6, u32],
})

/** What the kernel says besides the error number. */
export type ExtAck = Out<typeof extack>

/** The end of a request: an error number (0 or negative), and what the kernel says about it. */
export interface Ack {
  readonly errno: number
  readonly extack: ExtAck | undefined
}

/**
 * Reads an `NLMSG_ERROR` or `NLMSG_DONE` whose header stands at `start`. A payload that is missing means success, and attributes that are
 * announced but not there are no error: the kernel leaves them out when they do not fit.
 */
export function readAck(source: Source, start: number, end: number, type: number, flags: number): Ack {
  const body = start + NLMSG_HDRLEN
  if (end - body < 4) return { errno: 0, extack: undefined }
  // the dump of some families ends with a positive number of its own
  const errno = Math.min(source.view.getInt32(body, littleEndian), 0)
  if ((flags & NLM_F_ACK_TLVS) === 0) return { errno, extack: undefined }
  const at = type === NLMSG_DONE ? body + 4 : afterEcho(source, body + 4, end, flags)
  return { errno, extack: at + 4 <= end ? extack.read(source, at, end) : undefined }
}

/** The header of the request is always echoed; its payload too unless the kernel says that it was cut. */
function afterEcho(source: Source, at: number, end: number, flags: number): number {
  if ((flags & NLM_F_CAPPED) !== 0) return at + NLMSG_HDRLEN
  if (at + 4 > end) return end
  return at + ((source.view.getUint32(at, littleEndian) + 3) & ~3)
}
