/**
 * What instructions refer to by name, put in by number: maps, variables, symbols and functions of the kernel.
 *
 * @module
 */
import { type Instruction, joinImm64, Pseudo, type Reference, withImm64 } from '../../asm/index.ts'

/** Where the things are that instructions refer to. Each may throw for what is not there. */
export interface Places {
  /** The descriptor of a map. */
  map(name: string): number
  /** The descriptor of the map that a table of jump targets is. */
  jumpTable(name: string): number
  /** How far into an arena the object's globals begin. */
  arenaOffset(name: string): number
  /** A symbol of the kernel: its address, or its BTF id and the descriptor of its module's BTF. Null for a weak one that is not there. */
  ksym(name: string): { readonly address: bigint } | { readonly btfId: number; readonly btfFd: number } | null
  /** A function of the kernel: its BTF id and its module's place in `fd_array`. Null for a weak one that is not there. */
  kfunc(name: string): { readonly btfId: number; readonly fdIndex: number } | null
}

/** A helper that no kernel has: a call of it is refused when it is reached, and left out when it is not. */
const NO_HELPER = 0x6e6f_6e65

const load = (instruction: Instruction, src: number, value: bigint): Instruction => ({
  ...withImm64(instruction, value),
  src,
  reference: undefined,
})

/** One row a kind of reference; labels and functions of the program stay, for the assembler. */
const RESOLVE: {
  readonly [K in Reference['kind']]?: (
    instruction: Instruction,
    reference: Extract<Reference, { kind: K }>,
    places: Places,
  ) => Instruction
} = {
  map: (instruction, { name }, places) => load(instruction, Pseudo.MAP_FD, joinImm64(places.map(name), 0)),
  mapValue: (instruction, { name, offset }, places) =>
    load(instruction, Pseudo.MAP_VALUE, joinImm64(places.map(name), offset)),
  arena: (instruction, { name, offset }, places) =>
    load(instruction, Pseudo.MAP_VALUE, joinImm64(places.map(name), places.arenaOffset(name) + offset)),
  jumpTable: (instruction, { name }, places) =>
    load(instruction, Pseudo.MAP_VALUE, joinImm64(places.jumpTable(name), 0)),
  ksym(instruction, { name }, places) {
    const found = places.ksym(name)
    if (found === null) return load(instruction, 0, 0n)
    return 'address' in found
      ? load(instruction, 0, found.address)
      : load(instruction, Pseudo.BTF_ID, joinImm64(found.btfId, found.btfFd))
  },
  kfunc(instruction, { name }, places) {
    const found = places.kfunc(name)
    // A kernel function that is not there is refused even where no path leads to it; a helper is not.
    if (found === null) return { ...instruction, src: 0, imm: NO_HELPER, offset: 0, reference: undefined }
    return { ...instruction, imm: found.btfId, offset: found.fdIndex, reference: undefined }
  },
}

/** The instructions with everything outside of the program put in. */
export function resolveOutside(instructions: readonly Instruction[], places: Places): Instruction[] {
  return instructions.map((instruction) => {
    const { reference } = instruction
    const resolve = reference && (RESOLVE[reference.kind] as Resolver | undefined)
    return resolve ? resolve(instruction, reference, places) : instruction
  })
}

type Resolver = (instruction: Instruction, reference: Reference, places: Places) => Instruction
