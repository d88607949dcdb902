/**
 * What is known to differ from libbpf, and why that is so. All of it is that we load more: what we refuse and libbpf
 * loads, or another map, has no row.
 */
import { type Difference } from './compare.ts'

/** A difference that is meant to be: libbpf's words for it, or the program, and the reason. */
export interface Known {
  readonly words?: RegExp
  readonly program?: RegExp
  /** Only what libbpf was like before this minor of 1. */
  readonly before?: number
  readonly reason: string
}

/** One row each. */
export const KNOWN: readonly Known[] = [
  {
    words: /legacy map definitions .* not supported|bad map relo against .* in section 'maps\//,
    reason: 'libbpf gave up the sections "maps" and "maps/…" with 1.0; the definitions say all that is needed',
  },
  {
    words: /unsupported map linkage static/,
    reason: 'libbpf wants maps to be global; a static one is as good',
  },
  {
    words: /is static and not supported/,
    reason:
      'libbpf takes a static function outside of .text for a program that nobody can find; we find it, or call it',
  },
  {
    words: /missing BPF prog type/,
    reason:
      'libbpf takes plain section names as they are; a name and a slash and anything is the same program type here',
  },
  {
    words: /failed to find BTF for extern|extern .*(not found in kernel or module BTFs|\(strong\): not resolved)/,
    reason: 'libbpf resolves the externs of the whole object; we those of the programs that are loaded',
  },
  {
    words: /map '.*': failed to create|map '.*': failed to initialize slot|Error in bpf_create_map/,
    reason: 'libbpf creates and fills all maps; for one program only those that it uses are needed',
  },
  {
    words: /struct_ops init_kern|struct_ops reloc/,
    reason: 'libbpf wants the kernel to have each table of callbacks, whichever programs are loaded',
  },
  {
    words: /unrecognized extern section/,
    reason: 'libbpf refuses extern maps; a program that uses none of them does not need them',
  },
  {
    before: 4,
    words: /attr 'map_extra': expected PTR, got enum/,
    reason: 'libbpf did not read map attributes of 64 bits',
  },
  { before: 3, program: /^handled$/, reason: 'libbpf did not know handlers of exceptions' },
  {
    before: 3,
    program: /^flavour_is_present$/,
    reason: 'libbpf took the flavour of a kernel function for a part of its name',
  },
  {
    program: /^(prctl_enter|splice_enter|handle_kprobe_auto)$/,
    reason:
      'libbpf finds out by a kprobe whether system calls have wrappers, and thinks not on a kernel without kprobes',
  },
]

/** The reason of a difference that is known. */
export function reasonOf({ kind, libbpf, what, version }: Difference): string | undefined {
  if (kind === 'refused' || kind === 'map') return undefined
  const minor = Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Infinity)
  const name = what.replace('program ', '')
  return KNOWN.find(
    ({ words, program, before }) =>
      (before === undefined || minor < before) &&
      (kind === 'accepted' && words ? words.test(libbpf) : (program?.test(name) ?? false)),
  )?.reason
}
