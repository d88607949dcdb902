import type { Refusal } from './error.ts'

/** Remedies that hold whatever was asked: one row per error number. */
const HINTS: { readonly [code: string]: string } = {
  EPERM: 'it needs CAP_NET_ADMIN over the network namespace: run as root',
  EMSGSIZE: 'the request is larger than the socket may send',
  ENOBUFS: 'the kernel found no room for the answer',
  EPROTONOSUPPORT: 'this kernel is built without that netlink protocol',
}

/** The remedy that an error number alone suggests, if any. */
export function generalHint(refusal: Refusal): string | undefined {
  return HINTS[refusal.code]
}
