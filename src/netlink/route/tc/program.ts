/**
 * A loaded BPF program as a filter or an action is told it.
 *
 * @module
 */
import { type Codec, u32 } from '../../../codec/index.ts'

/** A loaded BPF program: its descriptor, or an object that has one, as a `Program`. */
export type ProgramRef = number | { readonly fd: number | { readonly number: number } }

function numberOf(program: ProgramRef): number {
  if (typeof program === 'number') return program
  return typeof program.fd === 'number' ? program.fd : program.fd.number
}

/** `TCA_BPF_FD`, `TCA_ACT_BPF_FD`: the kernel takes it and never gives it. */
export const programFd: Codec<number, ProgramRef> = {
  kind: 'program',
  size: 4,
  align: 4,
  nested: false,
  read: (source, start, end) => u32.read(source, start, end),
  write(writer, value) {
    if (typeof value !== 'number' && (typeof value !== 'object' || value === null))
      writer.wrongType('a loaded program, or its descriptor', value)
    u32.write(writer, numberOf(value))
  },
}

/** The name that a program has, if it has one. */
function nameOf(program: ProgramRef | undefined): string | undefined {
  const name: unknown = typeof program === 'object' ? (program as { readonly name?: unknown }).name : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** What is told of a program, with its own name where none is given: the kernel gives back the one that it was told. */
export function withName<T extends { readonly fd?: ProgramRef | undefined; readonly name?: string | undefined }>(
  options: T,
): T {
  return options.name === undefined ? { ...options, name: nameOf(options.fd) } : options
}
