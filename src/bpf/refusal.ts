/**
 * Why the kernel refused a command, in its own words.
 *
 * @module
 */
import { NR, Pinned, syscall } from '../sys/index.ts'
import { type Use } from './attrs/use.ts'
import { bpfReply } from './call.ts'
import { address, type Fields, type Input, putFields, textOf, u32 } from './fields.ts'

/** `struct bpf_common_attr`, which goes beside the attribute of any command. Behind these the kernel writes the true size of the log. */
const COMMON_ATTR = { size: 24, fields: { logBuf: address(0), logSize: u32(8), logLevel: u32(12) } } as const

const LOG_SIZE = 4096
/** `BPF_LOG_LEVEL1` */
const WORDS = 1

/**
 * Repeats a command that gives a descriptor and was refused, for what the kernel writes about it (`struct bpf_common_attr`). Requires Linux 7.1
 * and a command that has something to say, as `BPF_MAP_CREATE`; undefined otherwise.
 */
export function refusalLog<F extends Fields>(use: Use<F>, values: Input<F>): string | undefined {
  const text = new Pinned(LOG_SIZE)
  const common = new Pinned(COMMON_ATTR.size)
  const fields = { logBuf: text.address, logSize: LOG_SIZE, logLevel: WORDS }
  putFields(COMMON_ATTR.fields, fields, common.view, 0, () => text.address)
  const { result } = bpfReply(use, values, common)
  // What was in the way is gone: the caller has given up already.
  if (result >= 0) syscall(NR.close, result)
  return textOf(text.bytes).trim().replaceAll('\n', '; ') || undefined
}
