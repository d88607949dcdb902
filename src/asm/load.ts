import { type Instruction, joinImm64, type Reference, withImm64 } from './instruction.ts'
import { LD_IMM64, Pseudo } from './opcode.ts'
import { type Register64, registerNumber } from './registers.ts'

function load(dst: Register64, src: number, value: bigint, reference?: Reference): Instruction {
  const base = { opcode: LD_IMM64, dst: registerNumber(dst), src, offset: 0, imm: 0 }
  const instruction = withImm64(base, value)
  return reference === undefined ? instruction : { ...instruction, reference }
}

/** `dst = value ll`: a 64-bit constant. */
export const ldImm64 = (dst: Register64, value: bigint | number): Instruction => load(dst, 0, BigInt(value))

/** `dst = map`: a map by name, resolved when the program is loaded, or by file descriptor. */
export const ldMap = (dst: Register64, map: string | number): Instruction =>
  typeof map === 'number'
    ? load(dst, Pseudo.MAP_FD, joinImm64(map, 0))
    : load(dst, Pseudo.MAP_FD, 0n, { kind: 'map', name: map })

/** `dst = &map[0] + offset`: the address of a map's only value, `offset` bytes into it; map by name or descriptor. */
export const ldMapValue = (dst: Register64, map: string | number, offset = 0): Instruction =>
  typeof map === 'number'
    ? load(dst, Pseudo.MAP_VALUE, joinImm64(map, offset))
    : load(dst, Pseudo.MAP_VALUE, joinImm64(0, offset), { kind: 'mapValue', name: map, offset })

/** `dst = map` by its index in the load's `fd_array`. Requires Linux 5.14. */
export const ldMapIndex = (dst: Register64, index: number): Instruction =>
  load(dst, Pseudo.MAP_IDX, joinImm64(index, 0))

/** `dst = &map[0] + offset` by the map's index in the load's `fd_array`. Requires Linux 5.14. */
export const ldMapIndexValue = (dst: Register64, index: number, offset = 0): Instruction =>
  load(dst, Pseudo.MAP_IDX_VALUE, joinImm64(index, offset))

/** `dst = &variable`: a kernel variable by BTF id; `btfFd` names the module's BTF, 0 the kernel's. Requires Linux 5.10. */
export const ldBtfId = (dst: Register64, id: number, btfFd = 0): Instruction =>
  load(dst, Pseudo.BTF_ID, joinImm64(id, btfFd))

/** `dst = &symbol`: a symbol of the kernel by name, resolved when the program is loaded. */
export const ldKsym = (dst: Register64, name: string): Instruction => load(dst, 0, 0n, { kind: 'ksym', name })

/** `dst = function`: the address of a function of this program, as helpers that call back want it. Requires Linux 5.13. */
export const ldFunction = (dst: Register64, name: string): Instruction =>
  load(dst, Pseudo.FUNC, 0n, { kind: 'function', name })
