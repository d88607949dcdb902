/**
 * Where objects come from.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { type ObjectSpec, readObject, type ReadObjectOptions } from '../../elf/index.ts'
import { ObjectError } from './errors.ts'

/** An object: a path or URL of an ELF file, its bytes, or what was read of it. */
export type ObjectSource = string | URL | Uint8Array | ObjectSpec

/**
 * Reads an object file into plain data: programs, maps and variables to look at and to change before they are loaded.
 *
 * @throws ElfError for a file that is no BPF object or is damaged; what `node:fs` throws for one that cannot be read.
 */
export function readObjectFile(source: string | URL | Uint8Array, options?: ReadObjectOptions): ObjectSpec {
  return readObject(source instanceof Uint8Array ? source : new Uint8Array(readFileSync(source)), options)
}

/** The spec of a source, for this machine. A spec that is given stays as it is. */
export function specOf(source: ObjectSource, options?: ReadObjectOptions): ObjectSpec {
  const given = typeof source === 'object' && 'programs' in source
  const spec = given ? source : readObjectFile(source, options)
  const machine = endianness() === 'LE' ? 'little' : 'big'
  if (spec.endian !== machine) {
    throw new ObjectError(`the object is for ${spec.endian}-endian machines, this one is ${machine}-endian`)
  }
  return spec
}
