/**
 * What plain Node and koffi reach without a library: hand-written requests and decoding, few attributes. What a library may lose is the
 * distance from here.
 *
 * `links|routes ITERATIONS`, `change-routes COUNT DEVICE`
 */
import { readFileSync } from 'node:fs'
import koffi from 'koffi'
import { main, repeat, report, time } from '../ours/measure.ts'

const libc = koffi.load('libc.so.6')
const socket = libc.func('int socket(int, int, int)') as (domain: number, type: number, protocol: number) => number
const send = libc.func('long send(int, uintptr_t, size_t, int)') as (...args: number[]) => number
const recv = libc.func('long recv(int, uintptr_t, size_t, int)') as (...args: number[]) => number
const setsockopt = libc.func('int setsockopt(int, int, int, uintptr_t, uint)') as (...args: number[]) => number

/** Memory that does not move, in three widths. */
function block(size: number) {
  const bytes = new Uint8Array(size)
  const address = Number(koffi.address(bytes))
  return { u8: bytes, u16: new Uint16Array(bytes.buffer), u32: new Uint32Array(bytes.buffer), address }
}

const RECEIVE = 32768
const WINDOW = 128
const input = block(1 << 20)
const output = block(1 << 20)
const fd = socket(16, 3, 0)
let sequence = 0

for (const [level, option, value] of [
  [1, 33, 8 << 20],
  [1, 32, 8 << 20],
  [270, 10, 1],
] as const) {
  output.u32[0] = value
  setsockopt(fd, level, option, output.address, 4)
}

const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

function text(at: number, length: number): string {
  let made = ''
  for (let i = at; i < at + length; i++) made += String.fromCharCode(input.u8[i]!)
  return made
}

function dotted(at: number): string {
  const { u8 } = input
  return `${u8[at]}.${u8[at + 1]}.${u8[at + 2]}.${u8[at + 3]}`
}

function u64(at: number): number {
  return input.u32[at >> 2]! + input.u32[(at + 4) >> 2]! * 0x1_0000_0000
}

function readLink(from: number, end: number): object {
  const { u8, u16, u32 } = input
  const link = {
    index: u32[(from + 20) >> 2]!,
    flags: u32[(from + 24) >> 2]!,
    name: '',
    address: '',
    mtu: 0,
    kind: '',
    received: 0,
    sent: 0,
  }
  for (let at = from + 32; at + 4 <= end;) {
    const length = u16[at >> 1]!
    const data = at + 4
    switch (u16[(at + 2) >> 1]! & 0x3fff) {
      case 1:
        link.address = [0, 1, 2, 3, 4, 5].map((i) => hex[u8[data + i]!]).join(':')
        break
      case 3:
        link.name = text(data, length - 5)
        break
      case 4:
        link.mtu = u32[data >> 2]!
        break
      case 18:
        link.kind = text(data + 4, u16[data >> 1]! - 4)
        break
      case 23:
        link.received = u64(data + 16)
        link.sent = u64(data + 24)
    }
    at += (length + 3) & ~3
  }
  return link
}

function readRoute(from: number, end: number): object {
  const { u8, u16, u32 } = input
  const route = {
    length: u8[from + 17]!,
    table: u8[from + 20]!,
    protocol: u8[from + 21]!,
    scope: u8[from + 22]!,
    dst: '',
    gateway: '',
    dev: 0,
    metric: 0,
  }
  for (let at = from + 28; at + 4 <= end;) {
    const length = u16[at >> 1]!
    const data = at + 4
    switch (u16[(at + 2) >> 1]!) {
      case 1:
        route.dst = dotted(data)
        break
      case 4:
        route.dev = u32[data >> 2]!
        break
      case 5:
        route.gateway = dotted(data)
        break
      case 6:
        route.metric = u32[data >> 2]!
        break
      case 15:
        route.table = u32[data >> 2]!
    }
    at += (length + 3) & ~3
  }
  return route
}

function header(at: number, length: number, type: number, flags: number): void {
  output.u32[at >> 2] = length
  output.u16[(at + 4) >> 1] = type
  output.u16[(at + 6) >> 1] = flags
  output.u32[(at + 8) >> 2] = ++sequence
  output.u32[(at + 12) >> 2] = 0
}

function dump(type: 18 | 26): object[] {
  const all: object[] = []
  const length = type === 18 ? 32 : 28
  output.u8.fill(0, 0, length)
  header(0, length, type, 0x301)
  if (type === 26) output.u8[16] = 2
  if (send(fd, output.address, length, 0) < 0) throw new Error('send')
  for (;;) {
    const size = recv(fd, input.address, RECEIVE, 0)
    if (size < 0) throw new Error('recv')
    for (let at = 0; at + 16 <= size;) {
      const end = at + input.u32[at >> 2]!
      const kind = input.u16[(at + 4) >> 1]!
      if (kind === 3) return all
      if (kind === 2) throw new Error('the kernel refuses')
      all.push(type === 18 ? readLink(at, end) : readRoute(at, end))
      at = (end + 3) & ~3
    }
  }
}

/** Messages of 44 bytes, an acknowledgement on the last of each window. */
function change(type: 24 | 25, count: number, device: number): void {
  for (let i = 0; i < count;) {
    let at = 0
    for (let k = 0; k < WINDOW && i < count; k++, i++) {
      const last = k === WINDOW - 1 || i === count - 1
      header(at, 44, type, (type === 24 ? 0x601 : 1) | (last ? 4 : 0))
      const { u8, u16, u32 } = output
      u32[(at + 16) >> 2] = 2 | (32 << 8)
      u32[(at + 20) >> 2] = 254 | (4 << 8) | (253 << 16) | (1 << 24)
      u32[(at + 24) >> 2] = 0
      u16[(at + 28) >> 1] = 8
      u16[(at + 30) >> 1] = 1
      u8[at + 32] = 20
      u8[at + 33] = i >> 16
      u8[at + 34] = i >> 8
      u8[at + 35] = i
      u16[(at + 36) >> 1] = 8
      u16[(at + 38) >> 1] = 4
      u32[(at + 40) >> 2] = device
      at += 44
    }
    if (send(fd, output.address, at, 0) < 0) throw new Error('send')
    if (recv(fd, input.address, RECEIVE, 0) < 0 || input.u32[4] !== 0) throw new Error('the kernel refuses')
  }
}

function dumps(iterations: string, type: 18 | 26): void {
  let items = 0
  repeat('dump', Number(iterations), () => (items = dump(type).length))
  report('items', items)
}

await main({
  links: (iterations = '1') => dumps(iterations, 18),
  routes: (iterations = '1') => dumps(iterations, 26),
  'change-routes': (countText = '0', device = '') => {
    const count = Number(countText)
    const index = Number(readFileSync(`/proc/self/net/dev_snmp6/${device}`, 'utf8').match(/ifIndex\s+(\d+)/)?.[1])
    report('add', time(() => change(24, count, index)) / count)
    report('delete', time(() => change(25, count, index)) / count)
  },
})
