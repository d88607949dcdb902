/**
 * The functions of the kernel that programs may call, as its types tell.
 *
 * @module
 */
import { type Btf } from '../../btf/index.ts'
import { type KernelTypes } from '../kernel-types.ts'
import { type Finding } from './outcome.ts'

/** What marks a function for programs to call: the kernel's build writes it since Linux 6.10. */
const MARK = 'bpf_kfunc'

/** The marked functions of one BTF. */
function* marked(btf: Btf): Generator<string, void, undefined> {
  for (let id = btf.firstId; id < btf.count; id++) {
    if (btf.kindOf(id) !== 'declTag') continue
    const tag = btf.type(id)
    if (tag.kind === 'declTag' && tag.name === MARK && btf.kindOf(tag.type) === 'func') yield btf.nameOf(tag.type)
  }
}

/** The marked functions of the kernel and of its loaded modules, in the order of their names. */
export function kfuncNames(kernel: KernelTypes): string[] {
  let vmlinux: Btf
  try {
    ;({ vmlinux } = kernel)
  } catch {
    return [] // A kernel without types has no functions to call either.
  }
  const names = new Set(marked(vmlinux))
  for (const module of kernel.moduleTypes()) for (const name of marked(module)) names.add(name)
  return [...names].sort()
}

/** Whether there is a function of this name: marked as one where the kernel marks them, else any. */
export function probeKfunc(kernel: KernelTypes, name: string): Finding {
  try {
    const found = kernel.find(name, 'func')
    if (!found) return 'no'
    const names = kfuncNames(kernel)
    return names.length === 0 || names.includes(name) ? 'yes' : 'no'
  } catch {
    return { refused: 'ENOENT' } // No types to look it up in.
  }
}
