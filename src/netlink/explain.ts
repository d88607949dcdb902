import { type AnyCodec, type Mark, markAt, type Names, resolve, tableOf, trace } from '../codec/index.ts'
import { errnoName } from '../sys/index.ts'
import { NLMSG_HDRLEN } from './constants.ts'
import { NetlinkError, type Refusal, type Warning } from './error.ts'
import type { Ack, ExtAck, Policy } from './extack.ts'
import { generalHint } from './hints.ts'
import type { Operation, RequestOptions } from './operation.ts'

/** A request that was sent, as far as its error needs it. */
export interface Asked {
  readonly operation: Operation
  readonly body: unknown
  readonly options: RequestOptions
}

/** Makes the error of a refused request: the kernel's words, the path that it points at, what it would allow, and the remedy. */
export function explain(ack: Ack, asked: Asked): NetlinkError {
  const { operation, options } = asked
  const said = ack.extack ?? {}
  const marks = said.offset === undefined && said.missingType === undefined ? [] : marksOf(asked)
  const mark = said.offset === undefined ? undefined : markAt(marks, said.offset - NLMSG_HDRLEN)
  const refusal: Refusal = {
    code: errnoName(ack.errno),
    errno: ack.errno,
    kernelMessage: said.message,
    path: mark?.path,
    policy: said.policy,
    missing: said.missingType === undefined ? undefined : missing(said, marks, operation.request),
  }
  const hint = options.hint?.(refusal) ?? generalHint(refusal)
  return new NetlinkError({
    ...refusal,
    operation: operation.name,
    attempted: options.attempted,
    detail: detail(refusal, mark),
    hint,
  })
}

/** Puts the kernel's remark on a successful request into words. */
export function toWarning(said: ExtAck, asked: Asked): Warning {
  const mark = said.offset === undefined ? undefined : markAt(marksOf(asked), said.offset - NLMSG_HDRLEN)
  return { message: said.message ?? '', path: mark?.path }
}

function marksOf({ operation, body }: Asked): readonly Mark[] {
  return trace(operation.request, body as never)
}

/** The path of the attribute that the kernel misses: its nest's, and its name in the nest's table. */
function missing(said: ExtAck, marks: readonly Mark[], request: AnyCodec): string {
  const nest = said.missingNest === undefined ? undefined : markAt(marks, said.missingNest - NLMSG_HDRLEN)
  const name = tableOf(nest?.codec ?? request)?.byId(said.missingType!)?.name ?? `attribute ${said.missingType}`
  return nest === undefined || nest.path === '' ? name : `${nest.path}.${name}`
}

function detail({ kernelMessage, path, policy, missing: absent }: Refusal, mark: Mark | undefined): string | undefined {
  const parts: string[] = []
  if (kernelMessage !== undefined) parts.push(kernelMessage)
  if (path !== undefined && path !== '') parts.push(`at ${path}`)
  if (absent !== undefined) parts.push(`missing ${absent}`)
  const allowed = policy === undefined ? undefined : allows(policy, mark?.codec)
  if (allowed !== undefined) parts.push(`allowed: ${allowed}`)
  return parts.length === 0 ? undefined : parts.join(', ')
}

/** What a policy allows, in the words of the attribute's own codec where it has names. */
function allows(policy: Policy, codec: AnyCodec | undefined): string | undefined {
  const low = policy.minSigned ?? policy.min
  const high = policy.maxSigned ?? policy.max
  if (low !== undefined && high !== undefined) {
    const names = codec === undefined ? undefined : (resolve(codec) as AnyCodec & { readonly names?: Names }).names
    const fitting = Object.entries(names ?? {}).filter(([, value]) => value >= low && value <= high)
    return fitting.length > 0 ? fitting.map(([name]) => name).join(', ') : `${low} to ${high}`
  }
  const bits = policy.mask ?? policy.bitfieldMask
  if (bits !== undefined) return `the bits 0x${bits.toString(16)}`
  const { minLength, maxLength } = policy
  if (minLength !== undefined && maxLength !== undefined) return `${minLength} to ${maxLength} bytes`
  if (maxLength !== undefined) return `at most ${maxLength} bytes`
  if (minLength !== undefined) return `at least ${minLength} bytes`
  return policy.type === undefined ? undefined : `a ${policy.type}`
}
