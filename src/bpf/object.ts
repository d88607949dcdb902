/**
 * What programs, maps and links have in common: a descriptor with one owner, an id, a pin.
 *
 * @module
 */
import { readlinkSync, unlinkSync } from 'node:fs'
import { errnoName, type Fd } from '../sys/index.ts'
import { ObjGet, ObjPin, type Use } from './attrs/index.ts'
import { bpf, bpfFd, bpfReply, checkReply } from './call.ts'
import { type Field, type Fields } from './fields.ts'

/** How a pinned object is opened. */
export interface PinOptions {
  /** Open a map for reading only, `BPF_F_RDONLY`. */
  readonly readOnly?: boolean | undefined
  /** Open a map for writing only, `BPF_F_WRONLY`. */
  readonly writeOnly?: boolean | undefined
}

const BPF_F_RDONLY = 8
const BPF_F_WRONLY = 16

/** The kinds of object, and what the kernel calls their descriptors in `/proc/self/fd`. */
const DESCRIPTORS = { program: /bpf-prog/, map: /bpf-map/, link: /bpf[-_]link/ } as const

/** `program`, `map` or `link`. */
export type ObjectKind = keyof typeof DESCRIPTORS

/** A pinned object, or a descriptor, is of another kind than was asked for. */
export class WrongKindError extends TypeError {
  override readonly name: string = 'WrongKindError'
  readonly code: string = 'ERR_WRONG_KIND'
}

/** A program, map or link of the kernel, held by a descriptor of this process. It lives as long as a descriptor, a pin or an attachment. */
export abstract class BpfObject implements Disposable, AsyncDisposable {
  /** The descriptor, which this object owns. */
  readonly fd: Fd
  /** What an error calls it. */
  abstract readonly title: string

  protected constructor(fd: Fd) {
    this.fd = fd
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.fd.closed
  }

  /**
   * Pins it to a path in a bpffs: it lives on when this process is gone (`BPF_OBJ_PIN`).
   *
   * @throws KernelError `EEXIST` when the path is taken, `ENOENT` when its directory is missing, `EPERM` when it is in no bpffs.
   */
  pin(path: string): void {
    bpf(ObjPin, { pathname: path, bpfFd: this.fd.number }, () => ({
      attempted: `pin ${this.title} to ${path}`,
      hint: 'the path must be new, in an existing directory of a bpffs, such as /sys/fs/bpf',
    }))
  }

  /** Closes the descriptor. A second call does nothing. */
  close(): void {
    this.fd.close()
  }

  /** Closes the descriptor on a thread of the pool: the last one of an attached link waits for an RCU grace period, 8–20 ms. */
  closeAsync(): Promise<void> {
    return this.fd.closeAsync()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it without holding up the event loop. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.closeAsync()
  }
}

/** Removes a pin. What was pinned lives on while something else holds it. */
export function unpin(path: string): void {
  unlinkSync(path)
}

/** The kind of object that a descriptor stands for; undefined for another one, or where `/proc` does not tell. */
export function kindOf(fd: number): ObjectKind | undefined {
  let target: string
  try {
    target = readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
  return (Object.keys(DESCRIPTORS) as ObjectKind[]).find((kind) => DESCRIPTORS[kind].test(target))
}

/** Refuses a descriptor that is known to be of another kind. */
export function requireKind(fd: Fd, kind: ObjectKind, where: string): Fd {
  const found = kindOf(fd.number)
  if (found === undefined || found === kind) return fd
  fd.close()
  throw new WrongKindError(`${where} is a ${found}, not a ${kind}`)
}

/** Opens a pin (`BPF_OBJ_GET`). The caller owns the descriptor. */
export function openPin(path: string, options: PinOptions = {}): Fd {
  const fileFlags = (options.readOnly ? BPF_F_RDONLY : 0) | (options.writeOnly ? BPF_F_WRONLY : 0)
  return bpfFd(ObjGet, { pathname: path, fileFlags }, path, () => ({ attempted: `open the pin ${path}` }))
}

/** Opens a pin that must be of the kind. */
export function openPinOf(kind: ObjectKind, path: string, options?: PinOptions): Fd {
  return requireKind(openPin(path, options), kind, path)
}

type NextId = Use<Fields & { readonly startId: Field; readonly nextId: Field<'u32', true> }>

/** The ids of all objects of a kind that the kernel has now, ascending. Needs CAP_SYS_ADMIN. */
export function* objectIds(nextId: NextId): Generator<number, void, undefined> {
  let id = 0
  for (;;) {
    const { result, out } = bpfReply(nextId, { startId: id })
    if (result < 0 && errnoName(result) === 'ENOENT') return
    checkReply(nextId, result)
    id = out.nextId
    yield id
  }
}
