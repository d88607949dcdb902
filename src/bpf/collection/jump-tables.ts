/**
 * Tables of jump targets (`switch` statements), which the kernel wants as maps. Requires Linux 6.19.
 *
 * @module
 */
import { type Instruction } from '../../asm/index.ts'
import { jumpTargets, type JumpTableSpec } from '../../elf/index.ts'
import { type MapCodec } from '../maps/codec.ts'
import { BpfMap } from '../maps/map.ts'

/** `struct bpf_insn_array_value`: the place in the program as it is loaded comes first, the kernel fills in the rest. */
const target: MapCodec<number> = {
  size: 16,
  read: (view, at) => view.getUint32(at, true),
  write(view, at, slot) {
    view.setUint32(at, slot, true)
    view.setUint32(at + 4, 0, true)
    view.setBigUint64(at + 8, 0n, true)
  },
}

/** Makes the map of a table for one program, whose instructions keep their places from here on. The program holds it when it is loaded. */
export function createJumpTable(table: JumpTableSpec, instructions: readonly Instruction[]): BpfMap {
  const targets = jumpTargets(instructions, table)
  const map = BpfMap.create({ type: 'insn_array', name: 'jump_table', maxEntries: targets.length, value: target })
  try {
    for (const [index, slot] of targets.entries()) map.set(index, slot)
    map.freeze()
    return map as unknown as BpfMap
  } catch (error) {
    map.close()
    throw error
  }
}
