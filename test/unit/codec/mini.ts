import {
  attrs,
  byKind,
  lazy,
  mac,
  message,
  named,
  s32,
  string,
  struct,
  u16,
  u32,
  u8,
  type Codec,
  type In,
  type Out,
} from '../../../src/codec/index.ts'

/** A small copy of the link table: enough for golden messages, recursion and by-kind payloads. */
export const policy = named(u32, { pass: 0, drop: 2 })
export const mode = named(u32, { l2: 0, l3: 1 })

export interface Peer extends Out<typeof link> {}
export interface PeerInput extends In<typeof link> {}

export const netkit = attrs({
  peer: [1, lazy((): Codec<Peer, PeerInput> => link)],
  primary: [2, u8],
  policy: [3, policy],
  peerPolicy: [4, policy],
  mode: [5, mode],
  headroom: [8, u16],
})
export const vlan = attrs({ id: [1, u16] })
export const ifinfomsg = struct({ family: u8, type: u16, index: s32, flags: u32, change: u32 })
export const link = message(
  ifinfomsg,
  attrs({
    address: [1, mac],
    name: [3, string],
    mtu: [4, u32],
    linkinfo: [18, byKind(1, 2, { netkit, vlan })],
    netNsFd: [28, u32],
  }),
)
