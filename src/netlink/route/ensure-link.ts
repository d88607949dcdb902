/**
 * Making a link what a specification says: what of it is to be sent, and in which order.
 *
 * @module
 */
import { decode, encode } from '../../codec/index.ts'
import { errnoOf } from '../../sys/index.ts'
import { NetlinkError } from '../error.ts'
import { type Difference, type Ensured, memberAt, only, unmet } from './difference.ts'
import { type Link, linkMessage } from './link.ts'
import type { LinkFlag, LinkSpec } from './link-spec.ts'
import type { Links } from './links.ts'
import type { RouteRequest } from './request.ts'

/** A link as it is to be, in the namespace of the handle; `name` is its key. */
export type EnsuredLinkSpec = Omit<LinkSpec, 'name' | 'netns' | 'netnsPid' | 'targetNetnsid' | 'newIfindex'> & {
  readonly name: string
}

/** What the kernel takes and does not tell, or what counts only when a link is made. */
const TAKEN: ReadonlySet<string> = new Set([
  'index',
  'name',
  'peer',
  'fdbFlush',
  'xdp',
  'up',
  'flags',
  'map',
  'vfinfoList',
])

/** A specification as the kernel would tell the link: written and read back. */
function wantedOf(links: Links, spec: EnsuredLinkSpec): Link {
  const request = links.request('replace', spec)
  try {
    return decode(linkMessage, encode(linkMessage, request.body))
  } finally {
    request.release()
  }
}

function flagDifferences({ up, flags }: EnsuredLinkSpec, found: Link): Difference[] {
  const said = Object.entries({ ...flags, ...(up === undefined ? {} : { up }) })
  return said.flatMap(([flag, wanted]) => {
    const before = found.flags.includes(flag as LinkFlag)
    if (wanted === undefined || before === wanted) return []
    return [{ field: flag === 'up' ? 'up' : `flags.${flag}`, before, after: wanted }]
  })
}

function stateAt(link: Link, field: string): unknown {
  if (field === 'up' || field.startsWith('flags.')) return link.flags.includes(field.replace('flags.', '') as LinkFlag)
  return memberAt(link, field)
}

/** Makes a link what the specification says, yielding the requests to make. */
export function* ensuringLink(
  links: Links,
  spec: EnsuredLinkSpec,
): Generator<RouteRequest<never, unknown>, Ensured<Link>, void> {
  const wanted = wantedOf(links, spec)
  const lacks = (link: Link): Difference[] => [...unmet(spec, wanted, link, TAKEN), ...flagDifferences(spec, link)]
  const there = links.find(spec.name)
  if (there === undefined) {
    // What the kernel does not take in the message that makes a link is sent after it.
    const { afSpec: _, ...first } = spec
    yield links.request('add', first as LinkSpec) as RouteRequest<never, unknown>
  } else {
    sameKind(there, spec)
  }
  const before = there ?? links.get(spec.name)
  const asked = lacks(before)
  if (asked.length > 0) {
    // Only what differs: of what is fixed at creation the kernel refuses even the value that it has.
    const fields = asked.map(({ field }) => field)
    yield links.changeRequest(before.index, only<LinkSpec>(spec, fields)) as RouteRequest<never, unknown>
  }
  const object = asked.length > 0 ? links.get(before.index) : before
  const changes = asked.map(({ field, before: was }) => ({ field, before: was, after: stateAt(object, field) }))
  return {
    outcome: there === undefined ? 'created' : asked.length > 0 ? 'changed' : 'unchanged',
    object,
    changes: there === undefined ? [] : changes,
    unmet: asked.length > 0 ? lacks(object) : [],
  }
}

/** A link stays of the kind that it was made; without a word the kernel leaves it as it is. */
function sameKind({ linkinfo }: Link, { name, linkinfo: said }: EnsuredLinkSpec): void {
  if (said?.kind === undefined || said.kind === linkinfo?.kind) return
  throw new NetlinkError({
    errno: errnoOf('EEXIST'),
    operation: 'RTM_NEWLINK',
    attempted: `ensure ${said.kind} ${JSON.stringify(name)}`,
    detail: `there is a link of that name, of ${linkinfo?.kind === undefined ? 'no kind' : `kind ${linkinfo.kind}`}`,
    path: 'linkinfo.kind',
    hint: 'delete it first, or choose another name',
  })
}
