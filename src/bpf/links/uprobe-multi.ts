/**
 * Links on many functions of an executable at once.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { LinkCreateUprobeMulti } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS, linkText } from '../info.ts'
import { ATTACH_TYPES } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { Executable } from '../symbols.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'
import { globMatcher, MULTI_RETURN, ownOr, u64Array } from './multi.ts'

/** How a program is attached to many functions of an executable: by name, by pattern, or by place in the file. */
export interface UprobeMultiAttachOptions {
  /** The executable or shared library. */
  readonly path: string
  /** The functions. */
  readonly symbols?: readonly string[] | undefined
  /** All functions that fit: `SSL_*`. */
  readonly pattern?: string | undefined
  /** Places in the file, in bytes. */
  readonly offsets?: readonly number[] | undefined
  /** Where counters are that say whether anybody watches, for each of them, in bytes; 0 for none. */
  readonly refCtrOffsets?: readonly number[] | undefined
  /** What `bpf_get_attach_cookie` gives the program, for each of them. */
  readonly cookies?: readonly (bigint | number)[] | undefined
  /** Run the program when the functions return. */
  readonly return?: boolean | undefined
  /** The one process that is watched; all unless said. */
  readonly pid?: number | undefined
}

/** What the kernel tells about a link on many functions of an executable. */
export interface UprobeMultiLinkInfo extends LinkInfo {
  readonly path: string
  /** How many functions. */
  readonly count: number
  readonly return: boolean
  /** The one process, 0 for all. */
  readonly pid: number
}

/** A program on many functions of an executable (`BPF_LINK_TYPE_UPROBE_MULTI`), attached in one go. Requires Linux 6.6. */
export class UprobeMultiLink extends Link {
  static readonly kind = 'uprobe_multi'

  /**
   * Attaches a program to many functions. It must have been loaded for `trace_uprobe_multi` or `trace_uprobe_session`.
   * The caller closes the link, which detaches it.
   *
   * @throws SymbolError for a function that the file does not have, KernelError `EINVAL` for a program that was loaded for something else.
   */
  static attach(program: Program<'kprobe'>, options: UprobeMultiAttachOptions): UprobeMultiLink {
    return new UprobeMultiLink(perform(attaching(program, options)), 'uprobe_multi')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<'kprobe'>, options: UprobeMultiAttachOptions): Promise<UprobeMultiLink> {
    return new UprobeMultiLink(await performAsync(attaching(program, options)), 'uprobe_multi')
  }

  /** What the kernel tells about it now. */
  override info(): UprobeMultiLinkInfo {
    const { type, id, programId, count, flags, pid } = this.read(LINK_INFOS.uprobe_multi)
    const path = linkText(this.fd.number, LINK_INFOS.uprobe_multi, 'path', 'pathSize')
    return { type, id, programId, path, count, return: (flags & MULTI_RETURN) !== 0, pid }
  }
}

/** The places that the options stand for. */
function offsetsOf({ path, symbols, pattern, offsets }: UprobeMultiAttachOptions): readonly number[] {
  if (offsets) return offsets
  const file = new Executable(path)
  const names = pattern === undefined ? (symbols ?? []) : file.functions.filter(globMatcher(pattern))
  return names.map((name) => file.offset(name))
}

function attaching(program: Program<'kprobe'>, options: UprobeMultiAttachOptions): Steps<Fd> {
  const { path, refCtrOffsets, cookies, pid } = options
  const offsets = offsetsOf(options)
  const values = {
    progFd: program.fd.number,
    attachType: ATTACH_TYPES[ownOr(program.attachType, ['trace_uprobe_multi', 'trace_uprobe_session'])],
    uprobeFlags: options.return ? MULTI_RETURN : 0,
    path,
    offsets: u64Array(offsets),
    cnt: offsets.length,
    pid,
    ...(refCtrOffsets && { refCtrOffsets: u64Array(refCtrOffsets) }),
    ...(cookies && { cookies: u64Array(cookies) }),
  }
  return creating(LinkCreateUprobeMulti, values, program, {
    kind: 'uprobe_multi',
    takes: ['kprobe'],
    where: `${offsets.length} functions of ${path}`,
    hints: {
      EINVAL: 'the program was not loaded for trace_uprobe_multi or trace_uprobe_session, or there are no functions',
      ESRCH: 'there is no such process',
      EBADF: 'this is no executable file',
    },
  })
}
