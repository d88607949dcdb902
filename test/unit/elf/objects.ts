import { readFileSync, readdirSync } from 'node:fs'
import { type ObjectSpec, readObject, type ReadObjectOptions } from '../../../src/elf/index.ts'

const folder = new URL('../../../bpf/', import.meta.url)

/** Names of the test objects: those of `bpf/tests`, less the ending. */
export const testObjects: readonly string[] = readdirSync(new URL('tests/', folder))
  .filter((name) => name.endsWith('.bpf.o') && !name.endsWith('.eb.bpf.o'))
  .map((name) => name.replace('.bpf.o', ''))

/** The bytes of a test object. */
export const bytesOf = (name: string, endian: 'little' | 'big' = 'little'): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`tests/${name}${endian === 'big' ? '.eb' : ''}.bpf.o`, folder)))

/** A test object as read. */
export const specOf = (name: string, options?: ReadObjectOptions): ObjectSpec => readObject(bytesOf(name), options)

/** An example of the folder above. */
export const exampleOf = (name: string): ObjectSpec => readObject(readFileSync(new URL(`${name}.bpf.o`, folder)))
