/**
 * Programs that send records, assembled here, and the maps that they send them to.
 */
import {
  add,
  and,
  atomicAdd,
  atomicFetchAdd,
  call,
  exit,
  type Instruction,
  jeq,
  jne,
  label,
  ldMap,
  ldMapValue,
  mov,
  stx,
} from '../../../../src/asm/index.ts'
import { MapCreate } from '../../../../src/bpf/attrs/index.ts'
import { bpfFd } from '../../../../src/bpf/call.ts'
import { MAP_TYPES, type MapType, numberOf } from '../../../../src/bpf/names.ts'
import { Program } from '../../../../src/bpf/programs/program.ts'
import { type Fd, Mapping } from '../../../../src/sys/index.ts'

/** A map, as readers take it. */
export interface TestMap extends Disposable {
  readonly fd: Fd
}

export interface MapShape {
  readonly keySize?: number
  readonly valueSize?: number
  readonly flags?: number
  readonly maxEntries: number
}

export function createMap(type: MapType, { keySize, valueSize, flags, maxEntries }: MapShape): TestMap {
  const mapType = numberOf(MAP_TYPES, type)
  const fd = bpfFd(
    MapCreate,
    { mapType, keySize, valueSize, maxEntries, mapFlags: flags, mapName: 'events' },
    'the map',
  )
  return { fd, [Symbol.dispose]: () => fd.close() }
}

export const createRing = (size: number, flags = 0): TestMap => createMap('ringbuf', { maxEntries: size, flags })

/** The smallest packet that a socket filter can be run on. */
const FRAME = new Uint8Array(64)
const BPF_F_MMAPABLE = 1 << 10
/** Two counters, then the record. */
const STATE = 16 * 1024
const RECORD = 16

/** Sends the record at `r8`, `size` bytes; `r6` is the context. Not 0 in `r0`: it was refused. */
export type Send = (map: number, size: number) => readonly Instruction[]

/** Into a ring, by `bpf_ringbuf_output`; 1 in `flags` wakes nobody, 2 wakes in any case. */
export const toRing =
  (flags = 0): Send =>
  (map, size) => [ldMap('r1', map), mov('r2', 'r8'), mov('r3', size), mov('r4', flags), call('bpf_ringbuf_output')]

/** Into one ring or the other, by whether the number is even. */
export const toEither =
  (odd: number): Send =>
  (even, size) => [
    ldMap('r1', even),
    and('r9', 1),
    jeq('r9', 0, 'chosen'),
    ldMap('r1', odd),
    label('chosen', mov('r2', 'r8')),
    mov('r3', size),
    mov('r4', 0),
    call('bpf_ringbuf_output'),
  ]

/** Into a ring by reservation; records with an odd number are taken back. */
export const everySecond: Send = (map, size) => [
  ldMap('r1', map),
  mov('r2', size),
  mov('r3', 0),
  call('bpf_ringbuf_reserve'),
  jne('r0', 0, 'reserved'),
  mov('r0', 1),
  jeq('r0', 1, 'sent'),
  label('reserved', stx('u64', 'r0', 0, 'r9')),
  mov('r1', 'r0'),
  mov('r2', 0),
  and('r9', 1),
  jeq('r9', 0, 'submit'),
  call('bpf_ringbuf_discard'),
  mov('r0', 0),
  jeq('r0', 0, 'sent'),
  label('submit', call('bpf_ringbuf_submit')),
  mov('r0', 0),
]

/** Into the perf buffer of the CPU that it runs on. */
export const toPerf: Send = (map, size) => [
  mov('r1', 'r6'),
  ldMap('r2', map),
  mov('w3', -1),
  mov('r4', 'r8'),
  mov('r5', size),
  call('bpf_perf_event_output'),
]

/**
 * A socket filter that sends records of `size` bytes, the first eight of which are their number, counted from 0. It counts what it tried, and
 * what the kernel refused.
 */
export class Producer implements Disposable {
  readonly program: Program<'socket_filter'>
  readonly #state: TestMap
  readonly #memory: Mapping
  readonly #counters: BigUint64Array

  constructor(map: TestMap, size: number, send: Send = toRing()) {
    this.#state = createMap('array', { keySize: 4, valueSize: STATE, maxEntries: 1, flags: BPF_F_MMAPABLE })
    this.#memory = new Mapping(this.#state.fd.number, STATE)
    this.#counters = new BigUint64Array(this.#memory.buffer, 0, 2)
    const instructions = [
      mov('r6', 'r1'),
      ldMapValue('r7', this.#state.fd.number),
      mov('r8', 'r7'),
      add('r8', RECORD),
      mov('r9', 1),
      atomicFetchAdd('u64', 'r7', 0, 'r9'),
      stx('u64', 'r8', 0, 'r9'),
      ...send(map.fd.number, size),
      label('sent', jeq('r0', 0, 'end')),
      mov('r1', 1),
      atomicAdd('u64', 'r7', 8, 'r1'),
      label('end', mov('r0', 0)),
      exit(),
    ]
    this.program = Program.load({ type: 'socket_filter', name: 'producer', license: 'GPL', instructions })
  }

  /** Runs it `count` times. */
  send(count = 1): void {
    this.program.run({ data: FRAME, repeat: count })
  }

  /** The same on a thread of the pool. */
  async sendAsync(count: number): Promise<void> {
    await this.program.runAsync({ data: FRAME, repeat: count })
  }

  /** Records that it tried to send. */
  get tried(): number {
    return Number(this.#counters[0])
  }

  /** Records that the kernel refused. */
  get refused(): number {
    return Number(this.#counters[1])
  }

  [Symbol.dispose](): void {
    this.program.close()
    this.#memory.close()
    this.#state[Symbol.dispose]()
  }
}

/** The number that a record begins with. */
export const numbers = { read: (view: DataView, offset: number): number => view.getUint32(offset, true) }
