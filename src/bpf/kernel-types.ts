/**
 * The running kernel's own types: vmlinux and, only when something is not found there, its modules.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { Btf, type BtfKind } from '../btf/index.ts'
import { type Fd } from '../sys/index.ts'
import { openModuleBtf } from './btf-objects.ts'
import { BTF_DIRECTORY, VMLINUX, vmlinuxTypes } from './vmlinux.ts'

/** A type of the kernel: its id, and the module that it is in. */
export interface KernelType {
  readonly id: number
  /** `vmlinux`, or the module's name. */
  readonly module: string
}

/**
 * The kernel's types, read when they are first asked for. Those of vmlinux are read once in a process; those of modules, which come and go,
 * once in each of these objects. One serves any number of loads; close it to release the descriptors of modules' BTF.
 */
export class KernelTypes implements Disposable {
  #modules: readonly string[] | undefined
  readonly #read = new Map<string, Btf | undefined>()
  /** What was looked for, found or not: that something is in no module takes all of them to say. */
  readonly #found = new Map<string, KernelType | undefined>()
  readonly #descriptors = new Map<string, Fd>()

  /** The types of the kernel proper.  @throws what `node:fs` throws where the kernel was built without them. */
  get vmlinux(): Btf {
    return vmlinuxTypes()
  }

  /** The names of the loaded modules that have types. */
  get modules(): readonly string[] {
    this.#modules ??= readdirSync(BTF_DIRECTORY).filter((name) => name !== VMLINUX)
    return this.#modules
  }

  /** A module's types; undefined for one that cannot be read. */
  module(name: string): Btf | undefined {
    if (!this.#read.has(name)) {
      let btf: Btf | undefined
      try {
        btf = Btf.parse(new Uint8Array(readFileSync(`${BTF_DIRECTORY}/${name}`)), { base: this.vmlinux, name })
      } catch {
        // A module that went away, or whose types are damaged, must not spoil what does not need it.
      }
      this.#read.set(name, btf)
    }
    return this.#read.get(name)
  }

  /** The types of every module that can be read. */
  *moduleTypes(): Generator<Btf, void, undefined> {
    for (const name of this.modules) {
      const btf = this.module(name)
      if (btf) yield btf
    }
  }

  /** Finds a type in vmlinux, then in the modules. */
  find(name: string, kind: BtfKind): KernelType | undefined {
    const key = `${kind} ${name}`
    if (!this.#found.has(key)) this.#found.set(key, this.#search(name, kind))
    return this.#found.get(key)
  }

  #search(name: string, kind: BtfKind): KernelType | undefined {
    const own = this.vmlinux.findId(name, kind)
    if (own !== undefined) return { id: own, module: VMLINUX }
    for (const module of this.modules) {
      const id = this.module(module)?.findOwnId(name, kind)
      if (id !== undefined) return { id, module }
    }
    return undefined
  }

  /** The descriptor of a module's BTF, 0 for vmlinux. It stays this object's. Needs CAP_SYS_ADMIN. */
  descriptor(module: string): number {
    if (module === VMLINUX) return 0
    let fd = this.#descriptors.get(module)
    if (!fd) {
      fd = openModuleBtf(module)
      if (!fd) throw new Error(`the kernel has no BTF of module ${module} any more`)
      this.#descriptors.set(module, fd)
    }
    return fd.number
  }

  /** Closes the descriptors of modules' BTF. */
  close(): void {
    for (const fd of this.#descriptors.values()) fd.close()
    this.#descriptors.clear()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}
