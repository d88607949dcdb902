/**
 * How keys and values go into bytes and out of them.
 *
 * @module
 */
import { Fd } from '../../sys/index.ts'
import { BpfObject } from '../object.ts'

/**
 * Keys or values of one size ⇄ bytes. `valueCodec` of the BTF room makes them from types; without one they are `Uint8Array`.
 *
 * What is read must be a copy: the bytes are overwritten by the next operation on the map.
 */
export interface MapCodec<Out, In = Out> {
  /** Bytes of one. */
  readonly size: number
  /** Reads one, as a copy. */
  read(view: DataView, at: number): Out
  /** Writes one, every byte of it; a value that does not fit throws TypeError or RangeError. */
  write(view: DataView, at: number, value: In): void
}

/** Up to this size bytes are copied one by one: faster than a call, and like all here without garbage. */
const SMALL = 32

/** The bytes that a view shows: a view of a map's own memory is met over and over. */
const shown = new WeakMap<DataView, Uint8Array>()

function bytesOf(view: DataView): Uint8Array {
  let bytes = shown.get(view)
  if (!bytes) shown.set(view, (bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)))
  return bytes
}

/** Bytes as they are. A value of another length is refused. */
export function bytesCodec(size: number, what = 'value'): MapCodec<Uint8Array> {
  return {
    size,
    read: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, size).slice(),
    write(view, at, value) {
      if (!(value instanceof Uint8Array)) throw new TypeError(`the ${what} must be a Uint8Array of ${size} bytes`)
      if (value.length !== size) throw new RangeError(`the ${what} has ${value.length} bytes, the map takes ${size}`)
      if (size > SMALL) bytesOf(view).set(value, at)
      else for (let i = 0; i < size; i++) view.setUint8(at + i, value[i]!)
    },
  }
}

/** `__u32` in host order: the keys of every kind of array. */
export const u32Codec: MapCodec<number> = {
  size: 4,
  read: (view, at) => view.getUint32(at, true),
  write(view, at, value) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw new RangeError(`${value} is no 32-bit index`)
    }
    view.setUint32(at, value, true)
  },
}

/** `__u64` in host order, as bigint; a number is taken too. */
export const u64Codec: MapCodec<bigint, bigint | number> = {
  size: 8,
  read: (view, at) => view.getBigUint64(at, true),
  write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
}

/** Something that a descriptor stands for: its number, the descriptor, or whatever has one, such as a program or an open file. */
export type DescriptorRef = number | Fd | { readonly fd: number | Fd }

const numberOfDescriptor = (ref: DescriptorRef): number => {
  const fd = typeof ref === 'number' || ref instanceof Fd ? ref : ref?.fd
  if (typeof fd === 'number') return fd
  if (fd instanceof Fd) return fd.number
  throw new TypeError('the key is a descriptor: give its number, or what has one as `fd`')
}

/** The descriptor of a socket, a file, a process (`pidfd`) or a cgroup: the keys of their local storage. */
export const descriptorCodec: MapCodec<number, DescriptorRef> = {
  size: 4,
  read: (view, at) => view.getInt32(at, true),
  write: (view, at, value) => u32Codec.write(view, at, numberOfDescriptor(value)),
}

/** Programs or maps: given as objects, read as ids. */
export const objectCodec: MapCodec<number, BpfObject> = {
  size: 4,
  read: (view, at) => view.getUint32(at, true),
  write(view, at, value) {
    if (!(value instanceof BpfObject)) throw new TypeError('the map holds programs or maps: give the object')
    view.setUint32(at, value.fd.number, true)
  },
}

/** The kernel rounds each CPU's value up to 8 bytes. */
const CPU_ALIGN = 8

/** The values of all CPUs, and how one of them goes into bytes. */
export interface PerCpuCodec<Out, In> extends MapCodec<Out[], readonly In[]> {
  /** One CPU's value. */
  readonly one: MapCodec<Out, In>
  /** Bytes from one CPU's value to the next one's. */
  readonly stride: number
}

/** A value for each CPU, as an array by CPU number. */
export function perCpuCodec<Out, In>(one: MapCodec<Out, In>, cpus: number): PerCpuCodec<Out, In> {
  const stride = Math.ceil(one.size / CPU_ALIGN) * CPU_ALIGN
  return {
    one,
    stride,
    size: stride * cpus,
    read: (view, at) => Array.from({ length: cpus }, (_, cpu) => one.read(view, at + cpu * stride)),
    write(view, at, values) {
      if (!Array.isArray(values) || values.length !== cpus) {
        throw new TypeError(`a per-CPU map takes an array of ${cpus} values, one for each CPU`)
      }
      for (let cpu = 0; cpu < cpus; cpu++) {
        const place = at + cpu * stride
        one.write(view, place, values[cpu] as In)
        // The kernel stores what lies between two values as well.
        for (let gap = place + one.size; gap < place + stride; gap++) view.setUint8(gap, 0)
      }
    },
  }
}
