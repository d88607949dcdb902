/**
 * BTF objects in the kernel: the types of programs, maps and modules.
 *
 * @module
 */
import { Btf } from '../btf/index.ts'
import { type Fd, Pinned } from '../sys/index.ts'
import { BtfGetFdById, BtfGetNextId, BtfLoad } from './attrs/index.ts'
import { bpfFd } from './call.ts'
import { textOf } from './fields.ts'
import { BTF_INFO, getInfo } from './info.ts'
import { objectIds } from './object.ts'
import { missingCapabilities } from './privileges.ts'
import { VMLINUX, vmlinuxTypes } from './vmlinux.ts'

/** What the kernel tells about a BTF object. */
export interface BtfObjectInfo {
  readonly id: number
  /** `vmlinux` or the module's name; empty for one that was loaded with a program or map. */
  readonly name: string
  /** Whether it is the kernel's own, or a module's. */
  readonly kernel: boolean
  /** Bytes of it. */
  readonly size: number
}

const NAME_SIZE = 64

/** The ids of all BTF objects in the kernel, ascending. Needs CAP_SYS_ADMIN. */
export const btfIds = (): Generator<number, void, undefined> => objectIds(BtfGetNextId)

/** Opens a BTF object by its id. The caller closes it. Needs CAP_SYS_ADMIN. */
export const openBtf = (btfId: number): Fd =>
  bpfFd(BtfGetFdById, { btfId }, `BTF ${btfId}`, () => ({ attempted: `open BTF ${btfId}` }))

const BPF_F_TOKEN_FD = 1 << 16

/**
 * Loads types into the kernel (`BPF_BTF_LOAD`), for a map or a program to be described by. The caller closes the descriptor; what was created
 * with it holds the types. `tokenFd` is a descriptor of a `Token`.
 *
 * @throws KernelError `EINVAL` for types that the kernel does not take, `EPERM` without CAP_BPF.
 */
export function loadBtf(btf: Uint8Array, options: { readonly tokenFd?: number | undefined } = {}): Fd {
  const { tokenFd } = options
  const token = tokenFd !== undefined && { btfFlags: BPF_F_TOKEN_FD, btfTokenFd: tokenFd }
  return bpfFd(BtfLoad, { btf, btfSize: btf.length, ...token }, 'the types', (code) => ({
    attempted: 'load types',
    hint: code === 'EPERM' ? missingCapabilities(['CAP_BPF']) : undefined,
  }))
}

/** Reads the info of a BTF object. */
export function btfInfo(fd: number): BtfObjectInfo {
  const name = new Pinned(NAME_SIZE)
  const info = getInfo(fd, BTF_INFO, { name: name.address, nameLen: NAME_SIZE })
  return { id: info.id, name: textOf(name.bytes), kernel: info.kernelBtf !== 0, size: info.btfSize }
}

/** Reads the types of a BTF object; those of a module go on from the kernel's. */
export function readBtf(fd: number): Btf {
  const { id, name, kernel, size } = btfInfo(fd)
  const bytes = new Pinned(size)
  getInfo(fd, BTF_INFO, { btf: bytes.address, btfSize: size })
  const base = kernel && name !== VMLINUX ? vmlinuxTypes() : undefined
  return Btf.parse(bytes.bytes, { name: name || `BTF ${id}`, base })
}

/** Opens the BTF of a module; undefined when the kernel has none of that name (any more). */
export function openModuleBtf(module: string): Fd | undefined {
  for (const id of btfIds()) {
    const fd = openBtf(id)
    const { kernel, name } = btfInfo(fd.number)
    if (kernel && name === module) return fd
    fd.close()
  }
  return undefined
}
