/**
 * The values of one CPU in a per-CPU map.
 *
 * @module
 */
import { errnoOf, KernelError } from '../../sys/index.ts'
import { MapUpdateElem } from '../attrs/index.ts'
import { type MapBatchOptions } from './batch-commands.ts'
import { type BatchMap, readBatches, writeBatch } from './batch.ts'
import { type PerCpuCodec } from './codec.ts'
import { type Elements } from './elements.ts'
import { possibleCpus } from './kinds.ts'
import { WrongKindError } from '../object.ts'

const ENOENT = -errnoOf('ENOENT')
const EINVAL = -errnoOf('EINVAL')
const BPF_F_CPU = 8
const BPF_F_ALL_CPUS = 16

/** Whether the kernel knows the flags above: told by the first use of one. */
let known: boolean | undefined

/** What these values need of the map that they are in. */
export interface PerCpuMap<K, V, KI, VI> extends BatchMap<K, V[], KI, readonly VI[]> {
  readonly elements: Elements
  fail(operation: 'lookup' | 'update', result: number): never
}

/** How a value of one CPU is written. */
export interface CpuSetOptions {
  /**
   * Where the kernel cannot write one value alone (before Linux 7.0), read the values of all CPUs and write them back with this one changed. What
   * programs on other CPUs wrote in between is lost.
   */
  readonly rewrite?: boolean | undefined
}

/**
 * One CPU's values of a per-CPU map: made by {@link BpfMap.cpu}. Since Linux 7.0 the kernel copies this value alone (`BPF_F_CPU`); before, the values
 * of all CPUs are read and one is taken from them.
 */
export class CpuValues<K, V, KI = K, VI = V> {
  /** The CPU's number. */
  readonly cpu: number
  readonly #map: PerCpuMap<K, V, KI, VI>
  readonly #codec: PerCpuCodec<V, VI>

  /** @internal */
  constructor(map: PerCpuMap<K, V, KI, VI>, cpu: number) {
    const cpus = possibleCpus()
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= cpus) {
      throw new RangeError(`there is no CPU ${cpu}: the kernel can have ${cpus}, from 0 on`)
    }
    this.cpu = cpu
    this.#map = map
    this.#codec = perCpuCodecOf(map)
  }

  /** The CPU's value of a key, undefined where the key has none. */
  get(key: KI): V | undefined {
    const { elements, key: codec } = this.#map
    codec.write(elements.key.view, 0, key)
    if (known !== false) {
      const result = elements.lookup(BPF_F_CPU, this.cpu)
      if (result >= 0) {
        known = true
        return this.#codec.one.read(elements.value.view, 0)
      }
      if (result === ENOENT) return undefined
      if (known || result !== EINVAL) this.#map.fail('lookup', result)
    }
    const result = elements.lookup()
    if (result === ENOENT) return undefined
    if (result < 0) this.#map.fail('lookup', result)
    known = false // The same lookup without the flag is one that the kernel knows.
    return this.#codec.one.read(elements.value.view, this.cpu * this.#codec.stride)
  }

  /**
   * Writes the CPU's value of a key; those of other CPUs stay what they are, or are zero in a new element.
   *
   * @throws KernelError `EINVAL` where the kernel cannot (before Linux 7.0), unless `rewrite` permits the other way.
   */
  set(key: KI, value: VI, options: CpuSetOptions = {}): void {
    const { elements, key: codec } = this.#map
    codec.write(elements.key.view, 0, key)
    this.#codec.one.write(elements.value.view, 0, value)
    const result = known === false ? EINVAL : elements.update(BPF_F_CPU, this.cpu)
    if (result >= 0) return
    if (result !== EINVAL || known) this.#map.fail('update', result)
    if (options.rewrite !== true) {
      throw new KernelError({
        errno: EINVAL,
        syscall: `bpf(${MapUpdateElem.command})`,
        attempted: `update the value of CPU ${this.cpu} in ${this.#map.title}`,
        hint: 'BPF_F_CPU requires Linux 7.0; with { rewrite: true } all values are read and written back, and what other CPUs wrote in between is lost',
      })
    }
    const found = elements.lookup()
    if (found === ENOENT) elements.value.bytes.fill(0)
    else if (found < 0) this.#map.fail('lookup', found)
    this.#codec.one.write(elements.value.view, this.cpu * this.#codec.stride, value)
    const written = elements.update()
    if (written < 0) this.#map.fail('update', written)
  }

  /** Writes the CPU's values of many keys: in one system call where the kernel can, else as by {@link set}. */
  setMany(entries: Iterable<readonly [KI, VI]>, options: CpuSetOptions = {}): void {
    const list = [...entries]
    if (list.length === 0) return
    if (known !== false && attempt(() => writeBatch(this.#alone(), list, this.#flags()))) {
      known = true
      return
    }
    for (const [key, value] of list) this.set(key, value, options)
  }

  /** The map as it is for the kernel when this CPU is named: with one value for a key. */
  #alone(): BatchMap<K, V, KI, VI> {
    const { fd, key, title, limit } = this.#map
    return { fd, key, title, limit, value: this.#codec.one }
  }

  #flags(): bigint {
    return BigInt(BPF_F_CPU) | (BigInt(this.cpu) << 32n)
  }

  /** All keys with the CPU's value of each, read in batches. */
  *entries(options: MapBatchOptions = {}): Generator<[K, V], void, undefined> {
    if (known !== false) {
      const batches = attempt(() => readBatches(this.#alone(), { ...options, elemFlags: this.#flags() }))
      if (batches) {
        for (const batch of batches) yield* batch
        return
      }
    }
    for (const batch of readBatches(this.#map, options) ?? []) {
      for (const [key, values] of batch) yield [key, values[this.cpu]!]
    }
  }

  /** {@link entries} */
  [Symbol.iterator](): Generator<[K, V], void, undefined> {
    return this.entries()
  }
}

/** How one CPU's values go into bytes.  @throws WrongKindError for a map that has one value for all, or is seen in bytes. */
function perCpuCodecOf<K, V, KI, VI>({ value, title }: PerCpuMap<K, V, KI, VI>): PerCpuCodec<V, VI> {
  if ('one' in value) return value as PerCpuCodec<V, VI>
  throw new WrongKindError(`${title} has one value for all CPUs, or is seen in bytes`)
}

/** What comes of a batch command; undefined when the kernel does not know the flag, which it says before it does anything. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (known || !(error instanceof KernelError) || error.code !== 'EINVAL') throw error
    return undefined
  }
}

/** Writes the same value for every CPU: one copy of it where the kernel can (`BPF_F_ALL_CPUS`, Linux 7.0), which takes no mode beside it. */
export function setEveryCpu<K, V, KI, VI>(map: PerCpuMap<K, V, KI, VI>, key: KI, value: VI, mode: number): void {
  const { elements } = map
  const codec = perCpuCodecOf(map)
  map.key.write(elements.key.view, 0, key)
  codec.one.write(elements.value.view, 0, value)
  if (known !== false && mode === 0) {
    const result = elements.update(BPF_F_ALL_CPUS)
    if (result >= 0) {
      known = true
      return
    }
    if (known || result !== EINVAL) map.fail('update', result)
  }
  for (let cpu = 0; cpu < possibleCpus(); cpu++) codec.one.write(elements.value.view, cpu * codec.stride, value)
  const result = elements.update(mode)
  if (result < 0) map.fail('update', result)
  if (mode === 0) known = false
}
