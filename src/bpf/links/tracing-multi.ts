/**
 * Links of programs that go onto many functions of the kernel by their types.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { LinkCreateTracingMulti } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { KernelTypes } from '../kernel-types.ts'
import { ATTACH_TYPES, type AttachType, nameOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { SymbolError } from '../symbols.ts'
import { traceableFunctions } from '../tracefs.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'
import { globMatcher, ownOr, u64Array } from './multi.ts'

/** How a program is attached to many functions of the kernel: by name, by pattern, or by BTF id. */
export interface TracingMultiAttachOptions {
  /** The functions. */
  readonly symbols?: readonly string[] | undefined
  /** All functions that can be traced, have a type, and fit: `tcp_*`. */
  readonly pattern?: string | undefined
  /** BTF ids of functions, in the kernel's own types or those of the module that the program was loaded for. */
  readonly ids?: readonly number[] | undefined
  /** What `bpf_get_attach_cookie` gives the program, for each of them. */
  readonly cookies?: readonly (bigint | number)[] | undefined
  /** The kernel's types, to share between attachments. They stay the caller's. */
  readonly kernel?: KernelTypes | undefined
}

/** What the kernel tells about a link on many functions by their types. */
export interface TracingMultiLinkInfo extends LinkInfo {
  readonly attachType: AttachType
  /** How many functions. */
  readonly count: number
}

const HOOKS = ['trace_fentry_multi', 'trace_fexit_multi', 'trace_fsession_multi'] as const

/**
 * A program on many functions of the kernel, by trampolines (`BPF_LINK_TYPE_TRACING_MULTI`), attached in one go. Requires Linux 7.2 and an
 * architecture with direct calls of ftrace.
 */
export class TracingMultiLink extends Link {
  static readonly kind = 'tracing_multi'

  /**
   * Attaches a program to many functions. It must have been loaded for `trace_fentry_multi`, `trace_fexit_multi` or `trace_fsession_multi`. The
   * caller closes the link, which detaches it.
   *
   * @throws SymbolError for a function that the kernel has no type of.
   * @throws KernelError `EINVAL` for a function that cannot be traced or one that is named twice, `EOPNOTSUPP` when the kernel has no such links.
   */
  static attach(program: Program<'tracing'>, options: TracingMultiAttachOptions): TracingMultiLink {
    return new TracingMultiLink(perform(attaching(program, options)), 'tracing_multi')
  }

  /** {@link attach} on a thread of the pool: thousands of functions take a while. */
  static async attachAsync(program: Program<'tracing'>, options: TracingMultiAttachOptions): Promise<TracingMultiLink> {
    return new TracingMultiLink(await performAsync(attaching(program, options)), 'tracing_multi')
  }

  /** What the kernel tells about it now. */
  override info(): TracingMultiLinkInfo {
    const { type, id, programId, attachType, count } = this.read(LINK_INFOS.tracing_multi)
    return { type, id, programId, attachType: nameOf(ATTACH_TYPES, attachType), count }
  }
}

/** The BTF ids of the functions that the options stand for. */
function idsOf({ symbols, pattern, ids, kernel: given }: TracingMultiAttachOptions): readonly number[] {
  if (ids) return ids
  const kernel = given ?? new KernelTypes()
  try {
    const find = (name: string): number | undefined => {
      const found = kernel.find(name, 'func')
      return found?.module === 'vmlinux' ? found.id : undefined
    }
    if (pattern !== undefined) {
      const found = traceableFunctions().filter(globMatcher(pattern)).map(find)
      return [...new Set(found)].filter((id) => id !== undefined)
    }
    return (symbols ?? []).map((name) => {
      const id = find(name)
      if (id === undefined) throw new SymbolError('vmlinux', name, 'is no function that the kernel has a type of')
      return id
    })
  } finally {
    if (!given) kernel.close()
  }
}

function attaching(program: Program<'tracing'>, options: TracingMultiAttachOptions): Steps<Fd> {
  const ids = idsOf(options)
  const values = {
    progFd: program.fd.number,
    attachType: ATTACH_TYPES[ownOr(program.attachType, HOOKS)],
    ids: new Uint8Array(Uint32Array.from(ids).buffer),
    cnt: ids.length,
    ...(options.cookies && { cookies: u64Array(options.cookies) }),
  }
  return creating(LinkCreateTracingMulti, values, program, {
    kind: 'tracing_multi',
    where: options.pattern ?? `${ids.length} functions`,
    takes: ['tracing'],
    hints: {
      EINVAL: `the program was not loaded for ${HOOKS.join(', ')}, a function is named twice or cannot be traced, there is none, or this kernel has no such links`,
      EOPNOTSUPP: 'this kernel has no such links: it lacks direct calls of ftrace',
    },
  })
}
