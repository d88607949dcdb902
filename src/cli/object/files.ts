/**
 * Files that commands are given.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Btf, BtfError } from '../../btf/index.ts'
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

/** Reads types: BTF as in `/sys/kernel/btf`, or the section `.BTF` of an ELF file such as `vmlinux`. `base` is what they go on from. */
export function readTypesAt(path: string, base?: Btf): Btf {
  try {
    const bytes = bytesOf(path)
    const options = { name: basename(path), base }
    if (!isElf(bytes)) return Btf.parse(bytes, options)
    const section = readElf(bytes).sections.find(({ name }) => name === '.BTF')
    if (!section) throw new BtfError('there is no section .BTF', { source: basename(path) })
    return Btf.parse(section.bytes, options)
  } catch (error) {
    throw about(path, error)
  }
}
