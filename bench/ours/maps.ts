/** Our side of the map works. */
import { BpfMap, Collection, u32Codec, u64Codec } from '../../src/bpf/index.ts'
import { Btf, valueCodec } from '../../src/btf/index.ts'
import { main, now, report, time } from './measure.ts'

const SLOTS = 1 << 20
const BATCH = 1024
const MMAPABLE = 1 << 10

function each(metric: string, count: number, work: () => void): void {
  report(metric, time(work) / count)
}

/** Bytes in and out, in the caller's memory: what allocates nothing. */
function bytes(count: number): void {
  using map = BpfMap.create({ type: 'hash', name: 'hash', keySize: 4, valueSize: 8, maxEntries: SLOTS })
  const key = new Uint8Array(4)
  const value = new Uint8Array(8)
  const keyView = new DataView(key.buffer)
  const valueView = new DataView(value.buffer)
  const put = (i: number): void => {
    keyView.setUint32(0, i, true)
    valueView.setUint32(0, i, true)
    map.set(key, value)
  }
  for (let i = 0; i < count; i++) put(i)
  each('update', count, () => {
    for (let i = 0; i < count; i++) put(i)
  })
  let sum = 0
  each('lookup', count, () => {
    for (let i = 0; i < count; i++) {
      keyView.setUint32(0, i, true)
      map.readInto(key, value)
      sum += valueView.getUint32(0, true)
    }
  })
  each('delete', count, () => {
    for (let i = 0; i < count; i++) {
      keyView.setUint32(0, i, true)
      map.delete(key)
    }
  })
  if (sum === -1) throw new Error('never')
}

interface Typed {
  set(key: number, value: bigint): void
  get(key: number): bigint | undefined
  delete(key: number): boolean
}

function typed(map: Typed, count: number): void {
  for (let i = 0; i < count; i++) map.set(i, 0n)
  each('update', count, () => {
    for (let i = 0; i < count; i++) map.set(i, 1n)
  })
  let sum = 0n
  each('lookup', count, () => {
    for (let i = 0; i < count; i++) sum += map.get(i) ?? 0n
  })
  each('delete', count, () => {
    for (let i = 0; i < count; i++) map.delete(i)
  })
  if (sum === -1n) throw new Error('never')
}

/** Numbers and bigints, by the library's codecs for the two. */
function numbers(count: number): void {
  using map = BpfMap.create({ type: 'hash', name: 'hash', key: u32Codec, value: u64Codec, maxEntries: SLOTS })
  typed(map, count)
}

/** The same by codecs that were made from BTF types. */
function byBtf(count: number): void {
  const btf = Btf.parse(integers())
  const key = valueCodec<number>(btf, 1)
  const value = valueCodec<bigint>(btf, 2)
  using map = BpfMap.create({ type: 'hash', name: 'hash', key, value, maxEntries: SLOTS })
  typed(map, count)
}

/** BTF of `unsigned int` and `unsigned long long`. */
function integers(): Uint8Array {
  const names = '\0unsigned int\0unsigned long long\0'
  const bytes = new Uint8Array(24 + 32 + names.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0xeb9f, true)
  view.setUint8(2, 1)
  const header = [24, 0, 32, 32, names.length]
  for (const [i, word] of header.entries()) view.setUint32(4 + 4 * i, word, true)
  const types = [1, 1 << 24, 4, 32, 14, 1 << 24, 8, 64]
  for (const [i, word] of types.entries()) view.setUint32(24 + 4 * i, word, true)
  bytes.set(new TextEncoder().encode(names), 24 + 32)
  return bytes
}

function batches(count: number): void {
  using map = BpfMap.create({ type: 'hash', name: 'hash', key: u32Codec, value: u64Codec, maxEntries: SLOTS })
  const parts = Array.from({ length: Math.ceil(count / BATCH) }, (_, part) =>
    Array.from({ length: Math.min(BATCH, count - part * BATCH) }, (__, i): [number, bigint] => [
      part * BATCH + i,
      BigInt(i),
    ]),
  )
  const keys = parts.map((part) => part.map(([key]) => key))
  each('batch-update', count, () => {
    for (const part of parts) map.setMany(part)
  })
  let total = 0
  const start = now()
  for (const part of map.batches({ size: BATCH }) ?? []) total += part.length
  report('batch-lookup', (now() - start) / total)
  each('batch-delete', count, () => {
    for (const part of keys) map.deleteMany(part)
  })
  for (const part of parts) map.setMany(part)
  let sum = 0n
  each('iterate', count, () => {
    for (const [, value] of map) sum += value
  })
  if (sum === -1n) throw new Error('never')
}

/** The same in packed bytes: nothing is made of an element. */
function packed(count: number): void {
  using map = BpfMap.create({ type: 'hash', name: 'hash', keySize: 4, valueSize: 8, maxEntries: SLOTS })
  const parts = Array.from({ length: Math.ceil(count / BATCH) }, (_, part) => {
    const indices = Array.from({ length: Math.min(BATCH, count - part * BATCH) }, (__, i) => part * BATCH + i)
    return {
      keys: new Uint8Array(Uint32Array.from(indices).buffer),
      values: new Uint8Array(BigUint64Array.from(indices, BigInt).buffer),
    }
  })
  each('batch-update', count, () => {
    for (const { keys, values } of parts) map.packed.set(keys, values)
  })
  let total = 0
  const start = now()
  for (const part of map.packed.batches({ size: BATCH }) ?? []) total += part.count
  report('batch-lookup', (now() - start) / total)
  each('batch-delete', count, () => {
    for (const { keys } of parts) map.packed.delete(keys)
  })
}

/** A variable of an object, by its name. */
function variable(object: string): void {
  using collection = Collection.load(object)
  const produced = collection.variable<bigint>('produced')
  let sum = 0n
  each('write', SLOTS, () => {
    for (let i = 0; i < SLOTS; i++) produced.set(1n)
  })
  each('read', SLOTS, () => {
    for (let i = 0; i < SLOTS; i++) sum += produced.get()
  })
  if (sum === -1n) throw new Error('never')
}

/** An array's memory, read as two halves of each u64. */
function mapped(): void {
  using map = BpfMap.create({
    type: 'array',
    name: 'array',
    keySize: 4,
    valueSize: 8,
    maxEntries: SLOTS,
    flags: MMAPABLE,
  })
  using memory = map.mmap({ write: true })
  const words = new Uint32Array(memory.buffer, 0, SLOTS * 2)
  const read = (cells: Uint32Array): number => {
    let sum = 0
    for (let i = 0; i < SLOTS * 2; i += 2) sum += cells[i]! + cells[i + 1]! * 0x1_0000_0000
    return sum
  }
  const write = (cells: Uint32Array, value: number): void => {
    for (let i = 0; i < SLOTS * 2; i += 2) {
      cells[i] = value
      cells[i + 1] = 0
    }
  }
  write(words, 1)
  let sum = read(words)
  each('write', 10 * SLOTS, () => {
    for (let round = 0; round < 10; round++) write(words, round)
  })
  each('read', 10 * SLOTS, () => {
    for (let round = 0; round < 10; round++) sum += read(words)
  })
  if (sum === -1) throw new Error('never')
}

await main({
  bytes: (count = '0') => bytes(Number(count)),
  numbers: (count = '0') => numbers(Number(count)),
  btf: (count = '0') => byBtf(Number(count)),
  batches: (count = '0') => batches(Number(count)),
  packed: (count = '0') => packed(Number(count)),
  variable: (object = '') => variable(object),
  mapped,
})
