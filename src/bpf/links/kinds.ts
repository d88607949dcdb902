/**
 * The classes of the kinds of link, one row each, and links of whatever kind.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { LinkGetFdById } from '../attrs/index.ts'
import { bpfFd } from '../call.ts'
import { openPinOf, requireKind } from '../object.ts'
import { CgroupLink } from './cgroup.ts'
import { EventLink } from './event.ts'
import { IterLink } from './iter.ts'
import { KprobeMultiLink } from './kprobe-multi.ts'
import { Link, type LinkClass, linkInfo } from './link.ts'
import { NetkitLink } from './netkit.ts'
import { NetfilterLink } from './netfilter.ts'
import { NetnsLink } from './netns.ts'
import { RawTracepointLink } from './raw-tracepoint.ts'
import { SockmapLink } from './sockmap.ts'
import { StructOpsLink } from './struct-ops.ts'
import { TcxLink } from './tcx.ts'
import { TracingLink } from './tracing.ts'
import { TracingMultiLink } from './tracing-multi.ts'
import { UprobeMultiLink } from './uprobe-multi.ts'
import { XdpLink } from './xdp.ts'

const KINDS: readonly LinkClass<Link>[] = [
  NetkitLink,
  TcxLink,
  XdpLink,
  CgroupLink,
  NetnsLink,
  RawTracepointLink,
  TracingLink,
  TracingMultiLink,
  IterLink,
  NetfilterLink,
  SockmapLink,
  EventLink,
  KprobeMultiLink,
  UprobeMultiLink,
  StructOpsLink,
]

/** Takes over the descriptor of a link of any kind, as an object of that kind's class; one of an unknown kind is a plain {@link Link}. */
export function linkFromFd(fd: Fd): Link {
  requireKind(fd, 'link', 'the descriptor')
  try {
    const { type } = linkInfo(fd.number)
    const kind = KINDS.find((one) => one.kind === type) ?? Link
    return new kind(fd, type)
  } catch (error) {
    fd.close()
    throw error
  }
}

/** Opens a link of any kind by its id. The caller closes it. Needs CAP_SYS_ADMIN. */
export function linkFromId(id: number): Link {
  return linkFromFd(bpfFd(LinkGetFdById, { linkId: id }, `link ${id}`, () => ({ attempted: `open link ${id}` })))
}

/** Opens a pinned link of any kind. The caller closes it. */
export function loadPinnedLink(path: string): Link {
  return linkFromFd(openPinOf('link', path))
}
