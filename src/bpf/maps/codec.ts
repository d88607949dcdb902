/**
 * How keys and values go into bytes and out of them.
 *
 * @module
 */
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
  /** Writes one; a value that does not fit throws TypeError or RangeError. */
  write(view: DataView, at: number, value: In): void
}

/** Bytes as they are. A value of another length is refused. */
export function bytesCodec(size: number, what = 'value'): MapCodec<Uint8Array> {
  return {
    size,
    read: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, size).slice(),
    write(view, at, value) {
      if (!(value instanceof Uint8Array)) throw new TypeError(`the ${what} must be a Uint8Array of ${size} bytes`)
      if (value.length !== size) throw new RangeError(`the ${what} has ${value.length} bytes, the map takes ${size}`)
      new Uint8Array(view.buffer, view.byteOffset + at, size).set(value)
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

/** A value for each CPU, as an array by CPU number. */
export function perCpuCodec<Out, In>(one: MapCodec<Out, In>, cpus: number): MapCodec<Out[], readonly In[]> {
  const stride = Math.ceil(one.size / CPU_ALIGN) * CPU_ALIGN
  return {
    size: stride * cpus,
    read: (view, at) => Array.from({ length: cpus }, (_, cpu) => one.read(view, at + cpu * stride)),
    write(view, at, values) {
      if (!Array.isArray(values) || values.length !== cpus) {
        throw new TypeError(`a per-CPU map takes an array of ${cpus} values, one for each CPU`)
      }
      for (let cpu = 0; cpu < cpus; cpu++) one.write(view, at + cpu * stride, values[cpu] as In)
    },
  }
}
