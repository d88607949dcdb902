/**
 * The other end of a pair: a link inside the options of a link.
 *
 * @module
 */
import { type Codec, lazy } from '../../codec/index.ts'
import type { PeerLink, PeerLinkInput } from './link.ts'

let message: Codec<PeerLink, PeerLinkInput> | undefined

/** Tells what a link is, once the table of links is made: the tables of kinds are rows of it, and two of them hold a link again. */
export function linkIs(codec: Codec<PeerLink, PeerLinkInput>): void {
  message = codec
}

/** `struct ifinfomsg` and `IFLA_*` as the payload of an attribute. */
export const peerLink: Codec<PeerLink, PeerLinkInput> = lazy((): Codec<PeerLink, PeerLinkInput> => {
  if (!message) throw new Error('the table of links is not made yet')
  return message
})
