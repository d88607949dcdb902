/**
 * Tables of kernel callbacks made of programs: from the object's struct to the running kernel's, member by member.
 *
 * @module
 */
import { type BtfMember, type BtfStruct, type Btf, essentialName } from '../../btf/index.ts'
import { type MapSpec, type ObjectSpec } from '../../elf/index.ts'
import { putAddress } from '../../sys/index.ts'
import { type KernelTypes } from '../kernel-types.ts'
import { BpfMap } from '../maps/map.ts'
import { type AttachTarget } from '../programs/load.ts'
import { type Program } from '../programs/program.ts'
import { ObjectError } from './errors.ts'

/** The kernel's own name for the value of such a map: the table with the kernel's book-keeping before it. */
const WRAPPER = 'bpf_struct_ops_'
const BPF_F_LINK = 1 << 13

/** A table as the running kernel has it. */
export interface StructOpsPlan {
  readonly map: MapSpec
  /** The kernel's types of module and vmlinux that the ids are of. */
  readonly btf: Btf
  /** The module's BTF, 0 for vmlinux. */
  readonly btfFd: number
  /** The kernel's struct. */
  readonly struct: BtfStruct
  /** What the map holds: the struct, and where in the value it begins. */
  readonly wrapper: BtfStruct
  readonly dataOffset: number
}

/** Finds the kernel's struct of a table.  @throws ObjectError for one that the kernel takes from no program. */
export function planStructOps(map: MapSpec, kernel: KernelTypes): StructOpsPlan {
  const name = essentialName(map.structOps?.typeName ?? '')
  const found = kernel.find(WRAPPER + name, 'struct')
  const btf = found && (found.module === 'vmlinux' ? kernel.vmlinux : kernel.module(found.module))
  const wrapper = found && btf?.type(found.id)
  const data = wrapper?.kind === 'struct' ? wrapper.members.find((member) => member.name === 'data') : undefined
  const struct = data && btf?.resolve(data.type)
  if (!found || !btf || wrapper?.kind !== 'struct' || !data || struct?.kind !== 'struct') {
    throw new ObjectError(`table ${map.name}: this kernel takes no struct ${name} from programs`, { map: map.name })
  }
  return { map, btf, btfFd: kernel.descriptor(found.module), struct, wrapper, dataOffset: data.bitOffset / 8 }
}

/** Creates the map of a table; it is empty, and so registers nothing. */
export function createStructOps({ map, wrapper, btfFd }: StructOpsPlan, objectBtf: number | undefined): BpfMap {
  if (objectBtf === undefined) throw new ObjectError(`table ${map.name} needs the object's types`, { map: map.name })
  return BpfMap.create({
    type: 'struct_ops',
    name: map.name,
    valueSize: wrapper.size,
    maxEntries: 1,
    flags: map.flags | (map.structOps?.link ? BPF_F_LINK : 0),
    btf: { fd: objectBtf },
    kernelValue: { typeId: wrapper.id, ...(btfFd !== 0 && { btfFd }) },
  }) as BpfMap
}

/** Which member of which table a program is: what it is loaded for. Undefined for a program of no table. */
export function structOpsTarget(
  plans: readonly StructOpsPlan[],
  program: string,
): { readonly target: AttachTarget; readonly member: number } | undefined {
  for (const { map, struct, btfFd } of plans) {
    const slot = map.structOps?.programs.find(({ name }) => name === program)
    if (!slot) continue
    const member = struct.members.findIndex(({ name }) => name === slot.member)
    if (member < 0) {
      throw new ObjectError(`table ${map.name}: struct ${struct.name} of this kernel has no ${slot.member}`, { map: map.name, program }) // prettier-ignore
    }
    return { target: { btfId: struct.id, ...(btfFd !== 0 && { btfFd }) }, member }
  }
  return undefined
}

/** The value of a table's map: what the object says, in the kernel's places, with the programs for callbacks. */
export function structOpsValue(
  spec: ObjectSpec,
  plan: StructOpsPlan,
  programs: ReadonlyMap<string, Program>,
): Uint8Array {
  const { map, struct, wrapper, dataOffset } = plan
  const value = new Uint8Array(wrapper.size)
  const view = new DataView(value.buffer, dataOffset)
  const local = spec.btf?.type(map.structOps?.typeId ?? 0)
  const contents = map.contents ?? new Uint8Array(0)
  for (const member of local?.kind === 'struct' ? local.members : []) {
    const offset = member.bitOffset / 8
    const slot = map.structOps?.programs.find((one) => one.offset === offset)
    const there = struct.members.find(({ name }) => name === member.name)
    if (slot && there) {
      const program = programs.get(slot.name)
      if (program) putAddress(view, there.bitOffset / 8, program.fd.number)
      continue
    }
    copyMember(spec, plan, member, there, contents, value)
  }
  return value
}

/** Copies plain data. What the kernel does not have may be left out as long as it is 0. */
function copyMember(
  spec: ObjectSpec,
  { map, btf, struct, dataOffset }: StructOpsPlan,
  member: BtfMember,
  there: BtfMember | undefined,
  contents: Uint8Array,
  value: Uint8Array,
): void {
  const size = spec.btf!.sizeOf(member.type)
  const bytes = contents.subarray(member.bitOffset / 8, member.bitOffset / 8 + size)
  if (bytes.every((byte) => byte === 0)) return
  const place = { map: map.name }
  if (!there)
    throw new ObjectError(`table ${map.name}: struct ${struct.name} of this kernel has no ${member.name}`, place)
  if (member.bitfieldSize > 0 || btf.sizeOf(there.type) !== size) {
    throw new ObjectError(
      `table ${map.name}: ${member.name} of this kernel's struct ${struct.name} is of another size`,
      place,
    )
  }
  value.set(bytes, dataOffset + there.bitOffset / 8)
}
