/**
 * Remedies for what the kernel refuses about links: one row each.
 *
 * @module
 */
import type { Refusal } from '../error.ts'

/** What was attempted, as far as a remedy depends on it. */
export interface LinkAttempt {
  readonly verb: 'add' | 'replace' | 'change' | 'delete' | 'get'
  /** The kind of link, where one is named. */
  readonly kind?: string | undefined
  /** Whether a hardware address is set, here or for the peer. */
  readonly addressed?: boolean | undefined
  /** What `linkinfo.data` has. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
  /** The link that a change is for, when there is one. */
  readonly peer?: (() => string | undefined) | undefined
}

interface Row {
  readonly code: string
  /** What the kernel has to have said: a part of its words, or nothing at all (`null`). */
  readonly says?: string | null | undefined
  readonly when?: ((attempt: LinkAttempt) => boolean) | undefined
  readonly hint: string | ((attempt: LinkAttempt) => string | undefined)
}

const netkit = ({ kind }: LinkAttempt): boolean => kind === 'netkit'
const making = ({ verb }: LinkAttempt): boolean => verb === 'add' || verb === 'replace'

/** The first row that fits tells the remedy. */
const ROWS: readonly Row[] = [
  {
    code: 'EOPNOTSUPP',
    says: 'Unknown device type',
    when: netkit,
    hint: 'this kernel has no netkit: it needs Linux 6.7 and CONFIG_NETKIT, which is never a module',
  },
  {
    code: 'EOPNOTSUPP',
    says: 'Unknown device type',
    hint: ({ kind }) =>
      `this kernel has no driver for ${kind ?? 'that kind'}: it may be a module that is not installed`,
  },
  {
    code: 'EACCES',
    says: 'only through the primary device',
    hint: ({ peer }) => `this is the peer: change it through the primary${peer?.() ?? ''}`,
  },
  {
    code: 'EACCES',
    says: 'cannot be changed after device creation',
    hint: 'it is fixed at creation: delete the link and make it again',
  },
  {
    code: 'EINVAL',
    says: 'cannot be changed after device creation',
    hint: 'it is fixed at creation: delete the link and make it again',
  },
  {
    code: 'EOPNOTSUPP',
    says: null,
    when: (attempt) => netkit(attempt) && attempt.options?.['pairing'] === 'single',
    hint: 'a single netkit has no peer: no peer, peerPolicy, scrub or peerScrub, and the policy is forward',
  },
  {
    code: 'EOPNOTSUPP',
    says: null,
    when: (attempt) => netkit(attempt) && attempt.addressed === true && attempt.options?.['mode'] !== 'l2',
    hint: "a netkit in L3 mode has no hardware address: leave it out, or use mode 'l2'",
  },
  {
    code: 'EOPNOTSUPP',
    says: null,
    when: (attempt) => netkit(attempt) && making(attempt),
    hint: 'one transmit queue and at most 1024 receive queues are all that a netkit has since Linux 7.1',
  },
  {
    code: 'EAFNOSUPPORT',
    when: making,
    hint: 'afSpec is for a link that exists: set it with change() after add()',
  },
  {
    code: 'EEXIST',
    when: ({ verb }) => verb === 'add',
    hint: 'a link of that name or index exists, here or where the link or its peer is to be',
  },
  { code: 'EEXIST', when: ({ verb }) => verb === 'change', hint: 'another link has that name' },
  { code: 'ENODEV', hint: 'there is no such link in this network namespace' },
  { code: 'EBUSY', when: making, hint: 'two links cannot have one index' },
  { code: 'EADDRNOTAVAIL', hint: 'a hardware address has to be one of a single host, and not zero' },
  {
    code: 'EINVAL',
    says: null,
    when: ({ verb, options }) => verb === 'change' && options === undefined,
    hint: 'a link without a hardware address (netkit in L3 mode, tun) cannot be the port of a bridge',
  },
  { code: 'EBADF', hint: 'the descriptor of the network namespace is not open' },
  { code: 'ESRCH', hint: 'there is no process of that id' },
]

/** The remedy of a refusal, if its cause is known. */
export function linkHint(refusal: Refusal, attempt: LinkAttempt): string | undefined {
  const said = refusal.kernelMessage
  for (const { code, says, when, hint } of ROWS) {
    if (code !== refusal.code) continue
    if (says === null ? said !== undefined : says !== undefined && said?.includes(says) !== true) continue
    if (when?.(attempt) === false) continue
    return typeof hint === 'string' ? hint : hint(attempt)
  }
  return undefined
}
