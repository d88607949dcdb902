/**
 * Statically defined probes of programs in user space.
 *
 * @module
 */
import { type Program } from '../programs/program.ts'
import { usdtProbe, type UsdtSite } from '../usdt/probes.ts'
import { Attachments } from './attachments.ts'
import { type Link } from './link.ts'
import { UprobeLink } from './uprobe.ts'
import { UprobeMultiLink } from './uprobe-multi.ts'

/** How a program is attached to a probe. */
export interface UsdtAttachOptions {
  /** The executable or shared library. */
  readonly path: string
  readonly provider: string
  readonly name: string
  /** The one process that is watched; all unless said. */
  readonly pid?: number | undefined
  /**
   * What `bpf_get_attach_cookie` gives the program: one for all places, or one for each, as the arguments may be elsewhere at each of them.
   */
  readonly cookie?: bigint | number | ((site: UsdtSite, index: number) => bigint | number) | undefined
}

/**
 * Attaches a program to all places of a probe. A program that was loaded for `trace_uprobe_multi` gets one link, named `provider:name` (Linux 6.6);
 * any other one link for each place, named `provider:name#0` and so on (Linux 5.15). The probe's semaphore, where it has one, is counted up as long
 * as they live. The caller closes what it gets, which detaches all. When one place fails, those before it are undone.
 *
 * The program gets `struct pt_regs`: where it finds the probe's arguments there, {@link usdtProbe} says.
 *
 * @throws SymbolError when the file has no such probe, naming those it has; KernelError `EOPNOTSUPP` when the kernel has no uprobes.
 */
export function attachUsdt(program: Program<'kprobe'>, options: UsdtAttachOptions): Attachments {
  const { path, provider, name, pid, cookie = 0 } = options
  const { sites } = usdtProbe(path, provider, name)
  const title = `${provider}:${name}`
  const cookies = sites.map((site, index) => (typeof cookie === 'function' ? cookie(site, index) : cookie))
  if (program.attachType === 'trace_uprobe_multi' || program.attachType === 'trace_uprobe_session') {
    const link = UprobeMultiLink.attach(program, {
      path,
      offsets: sites.map(({ offset }) => offset),
      cookies,
      pid,
      ...(sites.some(({ semaphoreOffset }) => semaphoreOffset > 0) && {
        refCtrOffsets: sites.map(({ semaphoreOffset }) => semaphoreOffset),
      }),
    })
    return new Attachments(new Map([[title, link]]))
  }
  const links = new Map<string, Link>()
  try {
    for (const [index, { offset, semaphoreOffset }] of sites.entries()) {
      const at = { path, offset, pid, refCtrOffset: semaphoreOffset, cookie: cookies[index] }
      links.set(`${title}#${index}`, UprobeLink.attach(program, at))
    }
    return new Attachments(links)
  } catch (error) {
    new Attachments(links).close()
    throw error
  }
}
