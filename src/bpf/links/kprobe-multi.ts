/**
 * Links on many functions of the kernel at once.
 *
 * @module
 */
import { keepAlive, type Fd } from '../../sys/index.ts'
import { LinkCreateKprobeMulti } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { traceableFunctions } from '../tracefs.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'
import { globMatcher, MULTI_RETURN, ownOr, textPointers, u64Array } from './multi.ts'

/** How a program is attached to many functions of the kernel: by name, by pattern, or by address. */
export interface KprobeMultiAttachOptions {
  /** The functions. */
  readonly symbols?: readonly string[] | undefined
  /** All functions that can be traced and fit: `tcp_*`. */
  readonly pattern?: string | undefined
  /** Addresses of the functions. */
  readonly addresses?: readonly bigint[] | undefined
  /** What `bpf_get_attach_cookie` gives the program, for each of them. */
  readonly cookies?: readonly (bigint | number)[] | undefined
  /** Run the program when the functions return. */
  readonly return?: boolean | undefined
}

/** What the kernel tells about a link on many functions of the kernel. */
export interface KprobeMultiLinkInfo extends LinkInfo {
  /** How many functions. */
  readonly count: number
  readonly return: boolean
  /** How often the program was not run because it was running already. */
  readonly missed: bigint
}

/** A program on many functions of the kernel (`BPF_LINK_TYPE_KPROBE_MULTI`), attached in one go. Requires Linux 5.18 and CONFIG_FPROBE. */
export class KprobeMultiLink extends Link {
  static readonly kind = 'kprobe_multi'

  /**
   * Attaches a program to many functions. It must have been loaded for `trace_kprobe_multi` or `trace_kprobe_session`.
   * The caller closes the link, which detaches it.
   *
   * @throws KernelError `ESRCH` for a function that the kernel does not have, `EOPNOTSUPP` when the kernel has no such links.
   */
  static attach(program: Program<'kprobe'>, options: KprobeMultiAttachOptions): KprobeMultiLink {
    return new KprobeMultiLink(perform(attaching(program, options)), 'kprobe_multi')
  }

  /** {@link attach} on a thread of the pool: thousands of functions take a while. */
  static async attachAsync(program: Program<'kprobe'>, options: KprobeMultiAttachOptions): Promise<KprobeMultiLink> {
    return new KprobeMultiLink(await performAsync(attaching(program, options)), 'kprobe_multi')
  }

  /** What the kernel tells about it now. */
  override info(): KprobeMultiLinkInfo {
    const { type, id, programId, count, flags, missed } = this.read(LINK_INFOS.kprobe_multi)
    return { type, id, programId, count, return: (flags & MULTI_RETURN) !== 0, missed }
  }
}

function* attaching(program: Program<'kprobe'>, options: KprobeMultiAttachOptions): Steps<Fd> {
  const { pattern, addresses, cookies } = options
  const symbols = pattern === undefined ? (options.symbols ?? []) : traceableFunctions().filter(globMatcher(pattern))
  const { pointers, texts } = textPointers(symbols)
  const values = {
    progFd: program.fd.number,
    attachType: ATTACH_TYPES[ownOr(program.attachType, ['trace_kprobe_multi', 'trace_kprobe_session'])],
    kprobeFlags: options.return ? MULTI_RETURN : 0,
    cnt: addresses?.length ?? symbols.length,
    ...(addresses ? { addrs: u64Array(addresses) } : { syms: pointers }),
    ...(cookies && { cookies: u64Array(cookies) }),
  }
  const fd = yield* creating(LinkCreateKprobeMulti, values, program, {
    kind: 'kprobe_multi',
    takes: ['kprobe'],
    where: pattern ?? `${values.cnt} functions`,
    hints: {
      ESRCH: 'the kernel does not have one of these functions, or it cannot be traced',
      EINVAL: 'the program was not loaded for trace_kprobe_multi or trace_kprobe_session, or there are no functions',
      EOPNOTSUPP: 'this kernel has no such links: it lacks CONFIG_FPROBE',
    },
  })
  keepAlive(texts)
  return fd
}
