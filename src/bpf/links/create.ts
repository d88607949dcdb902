/**
 * `BPF_LINK_CREATE`, as every kind of link begins.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { type Use } from '../attrs/index.ts'
import { descriptor, type Steps } from '../call.ts'
import { type Fields, type Input } from '../fields.ts'
import { missingCapabilities } from '../privileges.ts'
import { type ProgramType } from '../names.ts'

/** What an error says of an attachment that the kernel refused. */
export interface Attachment {
  /** The kind of link, for its name. */
  readonly kind: string
  /** Where it goes, for a person: `interface 3`. */
  readonly where: string
  /** The program types that it takes. */
  readonly takes?: readonly ProgramType[] | undefined
  /** The remedies, one row for each error number. */
  readonly hints?: Readonly<Record<string, string>> | undefined
}

/** What is the same for every kind of link. */
const HINTS: Readonly<Record<string, string>> = {
  EBADF: 'a descriptor is not open, or is of another kind',
  EINVAL: 'the kernel has no links of this kind, or the program, its attach type or the flags do not fit',
}

/** The remedy for a program of a type that does not go there, which the compiler was told not to see. */
function misfit({ type }: { readonly type?: unknown }, takes: Attachment['takes'], where: string): string | undefined {
  if (takes === undefined || takes.includes(type as ProgramType)) return undefined
  return `${where} takes programs of type ${takes.join(' or ')}, this one is ${String(type)}`
}

/** Makes a link that holds a program. */
export function creating<F extends Fields>(
  use: Use<F>,
  values: Input<F>,
  program: { readonly name: string; readonly type?: unknown },
  { kind, where, takes, hints }: Attachment,
): Steps<Fd> {
  return descriptor(use, values, `the ${kind} link`, (code) => ({
    attempted: `attach program ${JSON.stringify(program.name)} to ${where}`,
    hint:
      misfit(program, takes, where) ??
      hints?.[code] ??
      (code === 'EPERM' ? missingCapabilities(['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON']) : HINTS[code]),
  }))
}
