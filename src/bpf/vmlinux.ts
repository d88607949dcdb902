/**
 * The types of the kernel proper.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { Btf } from '../btf/index.ts'
import { KernelError, Mapping } from '../sys/index.ts'

/** Where the kernel shows its types and those of its modules. */
export const BTF_DIRECTORY = '/sys/kernel/btf'
/** What the kernel calls itself among its modules. */
export const VMLINUX = 'vmlinux'

/** The kernel does not change while it runs: one index of its types does for all of the process, and is never given up. */
let shared: Btf | undefined

/** The types of the kernel proper.  @throws what `node:fs` throws where the kernel was built without them. */
export function vmlinuxTypes(): Btf {
  return (shared ??= Btf.parse(vmlinuxBytes(), { name: VMLINUX }))
}

/** The kernel's own pages where it lets them be mapped (Linux 6.16), which takes neither memory nor time; else a copy. */
function vmlinuxBytes(): Uint8Array {
  const path = `${BTF_DIRECTORY}/${VMLINUX}`
  const fd = openSync(path, 'r')
  try {
    return new Mapping(fd, fstatSync(fd).size, { private: true }).bytes
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    return new Uint8Array(readFileSync(path))
  } finally {
    closeSync(fd)
  }
}
