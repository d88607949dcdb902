/**
 * Files that commands are given.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Btf, BtfError, relocateBtf } from '../../btf/index.ts'
import { type ObjectSpec, readElf, readObject } from '../../elf/index.ts'

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path))

/** An error that says which file it is about. */
function about(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.message.includes(path)) return error
  return new Error(`${path}: ${error.message}`, { cause: error })
}

/** Reads a BPF object; errors begin with its path. */
export function readObjectAt(path: string): ObjectSpec {
  try {
    return readObject(bytesOf(path))
  } catch (error) {
    throw about(path, error)
  }
}

const isElf = ([a, b, c, d]: Uint8Array): boolean => a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46

/**
 * Reads types: BTF as in `/sys/kernel/btf`, or the section `.BTF` of an ELF file such as `vmlinux`. `base` is what they go on from; those of a
 * module that was built apart from its kernel (it has a section `.BTF.base`) are put upon it.
 */
export function readTypesAt(path: string, base?: Btf): Btf {
  try {
    const bytes = bytesOf(path)
    const name = basename(path)
    if (!isElf(bytes)) return Btf.parse(bytes, { name, base })
    const { sections } = readElf(bytes)
    const section = sections.find((one) => one.name === '.BTF')
    if (!section) throw new BtfError('there is no section .BTF', { source: name })
    const own = sections.find((one) => one.name === '.BTF.base')
    if (!own) return Btf.parse(section.bytes, { name, base })
    const apart = Btf.parse(section.bytes, { name, base: Btf.parse(own.bytes, { name: `.BTF.base of ${name}` }) })
    return base ? relocateBtf(apart, base) : apart
  } catch (error) {
    throw about(path, error)
  }
}
