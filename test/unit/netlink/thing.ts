import {
  attrs,
  byKind,
  lazy,
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
import { encode } from '../../../src/codec/index.ts'
import type { Operation } from '../../../src/netlink/index.ts'
import { message as nlmsg, type Seen } from './fake-kernel.ts'

interface Inner extends Out<typeof thing> {}
interface InnerInput extends In<typeof thing> {}

const special = attrs({
  mode: [5, named(u32, { l2: 0, l3: 1 })],
  inner: [1, lazy((): Codec<Inner, InnerInput> => thing)],
  room: [8, u16],
})

/** A made-up object with the shape of a link. */
export const thing = message(
  struct({ family: u8, type: u16, index: s32, flags: u32, change: u32 }),
  attrs({ name: [3, string], mtu: [4, u32], linkinfo: [18, byKind(1, 2, { special })] }),
)
export type Thing = Out<typeof thing>
export type ThingInput = In<typeof thing>

export const getThing: Operation<ThingInput, Thing> = {
  name: 'RTM_GETTHING',
  type: 18,
  request: thing,
  reply: thing,
  replyType: 16,
}
export const newThing: Operation<ThingInput, Thing> = { name: 'RTM_NEWTHING', type: 16, request: thing, reply: thing }
export const delThing: Operation<ThingInput> = { name: 'RTM_DELTHING', type: 17, request: thing }

/** An answer that holds one thing. */
export function reply(request: Seen, value: ThingInput, flags = 0): Uint8Array {
  return nlmsg(16, flags, request, encode(thing, value))
}
