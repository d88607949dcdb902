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
import { type Program } from '../programs/program.ts'

/** What an error says of an attachment that the kernel refused. */
export interface Attachment {
  /** The kind of link, for its name. */
  readonly kind: string
  /** Where it goes, for a person: `interface 3`. */
  readonly where: string
  /** The remedies, one row for each error number. */
  readonly hints?: Readonly<Record<string, string>> | undefined
}

/** What is the same for every kind of link. */
const HINTS: Readonly<Record<string, string>> = {
  EBADF: 'a descriptor is not open, or is of another kind',
  EINVAL: 'the kernel has no links of this kind, or the program, its attach type or the flags do not fit',
}

/** Makes a link that holds a program. */
export function creating<F extends Fields>(
  use: Use<F>,
  values: Input<F>,
  program: Pick<Program, 'name'>,
  { kind, where, hints }: Attachment,
): Steps<Fd> {
  return descriptor(use, values, `the ${kind} link`, (code) => ({
    attempted: `attach program ${JSON.stringify(program.name)} to ${where}`,
    hint:
      hints?.[code] ??
      (code === 'EPERM' ? missingCapabilities(['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON']) : HINTS[code]),
  }))
}
