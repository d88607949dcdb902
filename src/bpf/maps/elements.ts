/**
 * The element commands of one map, on memory that is laid out once: an operation is a few stores and a system call, and allocates nothing.
 *
 * @module
 */
import { type Fd, NR, Pinned, putAddress, syscall } from '../../sys/index.ts'
import { MapDeleteElem, MapGetNextKey, MapLookupAndDeleteElem, MapLookupElem, MapUpdateElem } from '../attrs/index.ts'
import { COMMANDS } from '../attrs/use.ts'
import { ATTR_SIZE } from '../call.ts'

const LOOKUP = COMMANDS.BPF_MAP_LOOKUP_ELEM
const UPDATE = COMMANDS.BPF_MAP_UPDATE_ELEM
const DELETE = COMMANDS.BPF_MAP_DELETE_ELEM
const NEXT = COMMANDS.BPF_MAP_GET_NEXT_KEY
const TAKE = COMMANDS.BPF_MAP_LOOKUP_AND_DELETE_ELEM
const { mapFd, key: keyAt, value: valueAt, flags: flagsAt } = MapLookupElem.fields

/** How an element is written. */
export interface SetOptions {
  /** `noexist`: only a new one (`BPF_NOEXIST`, `EEXIST` otherwise). `exist`: only an old one (`BPF_EXIST`, `ENOENT` otherwise). */
  readonly mode?: 'any' | 'noexist' | 'exist' | undefined
  /** Write the whole value under its `struct bpf_spin_lock` (`BPF_F_LOCK`). */
  readonly lock?: boolean | undefined
}

/** The bits of each mode. */
export const MODES = { any: 0, noexist: 1, exist: 2 } as const
/** `BPF_F_LOCK` */
export const LOCK = 4

/** The bits of how an element is written. */
export const flagsOf = ({ mode, lock }: SetOptions): number => (mode ? MODES[mode] : 0) | (lock ? LOCK : 0)

/** The uses of the attribute by operation, to name them in errors. */
export const ELEMENT_USES = {
  lookup: MapLookupElem,
  update: MapUpdateElem,
  delete: MapDeleteElem,
  take: MapLookupAndDeleteElem,
  next: MapGetNextKey,
} as const

/** The memory and the commands of one map. Results are those of the system call: negative error numbers. */
export class Elements {
  /** Where the key of an operation stands. */
  readonly key: Pinned
  /** Where its value stands. */
  readonly value: Pinned
  readonly #fd: Fd
  readonly #attr = new Pinned(ATTR_SIZE)

  constructor(fd: Fd, keySize: number, valueSpan: number) {
    this.#fd = fd
    this.key = new Pinned(keySize)
    this.value = new Pinned(valueSpan)
    // A map without keys must get a null pointer for one.
    putAddress(this.#attr.view, keyAt.offset, keySize > 0 ? this.key.address : 0)
    putAddress(this.#attr.view, valueAt.offset, this.value.address)
  }

  #call(command: number, flags: number, high: number): number {
    const { view, address } = this.#attr
    view.setUint32(mapFd.offset, this.#fd.number, true)
    view.setUint32(flagsAt.offset, flags, true)
    view.setUint32(flagsAt.offset + 4, high, true)
    return syscall(NR.bpf, command, address, ATTR_SIZE)
  }

  /** Value of the key. */
  lookup(flags = 0, cpu = 0): number {
    return this.#call(LOOKUP, flags, cpu)
  }

  /** Key and value. */
  update(flags = 0, cpu = 0): number {
    return this.#call(UPDATE, flags, cpu)
  }

  /** Key. */
  delete(): number {
    // The value's field has to be 0 here.
    const { view } = this.#attr
    putAddress(view, valueAt.offset, 0)
    const result = this.#call(DELETE, 0, 0)
    putAddress(view, valueAt.offset, this.value.address)
    return result
  }

  /** Value of the key, which is removed. */
  take(flags = 0): number {
    return this.#call(TAKE, flags, 0)
  }

  /** The key after the one that stands there, in its place; the first one of all with `first`. */
  next(first: boolean): number {
    const { view } = this.#attr
    putAddress(view, keyAt.offset, first ? 0 : this.key.address)
    putAddress(view, valueAt.offset, this.key.address)
    const result = this.#call(NEXT, 0, 0)
    putAddress(view, keyAt.offset, this.key.address)
    putAddress(view, valueAt.offset, this.value.address)
    return result
  }
}
