import { type Instruction } from '../asm/index.ts'
import { type Btf } from '../btf/index.ts'
import { type AttachType, type MapType, type ProgramType } from './kinds.ts'
import { type SectionRow } from './sections.ts'

/**
 * What an object file holds, as plain data: the same file gives an equal spec on every machine, and nothing in it
 * depends on the kernel. Change it as you like before it is loaded: set variables, resize maps, delete programs.
 */
export interface ObjectSpec {
  /** Byte order of the code and the data. Only objects of the machine's own order can be loaded. */
  endian: 'little' | 'big'
  /** The licence as found in the section `license`; empty where there is none. */
  license: string
  /** The number of the section `version`, 0 where there is none: kprobes wanted it before Linux 5.0. */
  version: number
  /** Programs by name. */
  programs: Record<string, ProgramSpec>
  /** Functions that are no programs, by name: what programs call. */
  functions: Record<string, FunctionSpec>
  /** Maps by name, those of data sections (`.rodata`, `.bss.x`, …) and of `.kconfig` included. */
  maps: Record<string, MapSpec>
  /** Global variables by name. */
  variables: Record<string, VariableSpec>
  /** What the object expects from outside, by name: kernel configuration, symbols, functions. */
  externs: Record<string, ExternSpec>
  /** Tables of jump targets by name. */
  jumpTables: Record<string, JumpTableSpec>
  /** The object's types; undefined for one without BTF. Sizes of data sections in it are as the compiler left them. */
  btf?: Btf | undefined
}

/** A function of an object. */
export interface FunctionSpec {
  /** Its name, unique in the object. */
  name: string
  /** The section it came from. */
  section: string
  /** Who sees it: a `static` function is verified with its caller, a global one on its own. */
  linkage: 'static' | 'global' | 'weak'
  /** Marked `__hidden`: global for the linker, static for the verifier. */
  hidden: boolean
  /** BTF id of its FUNC. */
  funcId?: number | undefined
  /** The texts of its declaration tags. */
  tags: string[]
  /** Its own instructions; the first bears its name. Calls of others are references. */
  instructions: Instruction[]
}

/** A program: a function with an occasion to run. */
export interface ProgramSpec extends FunctionSpec {
  /** Program type, `unspec` when the section's name says nothing. */
  type: ProgramType
  /** `expected_attach_type`; undefined for none. */
  attachType?: AttachType | undefined
  /** What the section's name says it attaches to (`vfs_read` of `fentry/vfs_read`); empty for nothing. */
  attachTo: string
  /** Load flags, `BPF_F_*`. */
  flags: number
  /** The row of the section table that matched; undefined when none did. */
  row?: SectionRow | undefined
  /** Load it with the object; false for a section whose name starts with `?`. */
  autoload: boolean
}

/** Where a map came from, which says how its values are to be filled. */
export type MapOrigin = 'maps' | 'legacy' | 'data' | 'rodata' | 'bss' | 'kconfig' | 'struct_ops'

/** A map. */
export interface MapSpec {
  /** Its name, unique in the object. */
  name: string
  /** What it was made from. */
  origin: MapOrigin
  type: MapType
  /** Size of a key in bytes. */
  keySize: number
  /** Size of a value in bytes. */
  valueSize: number
  maxEntries: number
  /** Creation flags, `BPF_F_*`. */
  flags: number
  /** `map_extra`, which each map type reads in its own way. */
  extra: bigint
  /** The NUMA node to allocate on. */
  numaNode?: number | undefined
  /** `by-name`: shared through a file of its name in a bpffs. */
  pinning: 'none' | 'by-name'
  /** BTF id of the key. */
  keyType?: number | undefined
  /** BTF id of the value; for a ring buffer, of its records. */
  valueType?: number | undefined
  /** What the maps in a map of maps are like. */
  inner?: MapSpec | undefined
  /** What a map of maps or of programs holds at first. */
  values: MapValueSpec[]
  /** First bytes of the only value (for an arena: of its globals); undefined for all zero. In the object's byte order. */
  contents?: Uint8Array | undefined
  /** How a `struct_ops` map is made. */
  structOps?: StructOpsSpec | undefined
  /** The texts of its declaration tags. */
  tags: string[]
  /** Create it with the object. */
  autocreate: boolean
}

/** An entry that a map of maps or of programs has from the start. */
export interface MapValueSpec {
  /** The key. */
  index: number
  /** Name of the map or program. */
  name: string
}

/** A table of kernel callbacks made of programs. */
export interface StructOpsSpec {
  /** BTF id of the struct in the object's types. */
  typeId: number
  /** Name of the struct, flavour included. */
  typeName: string
  /** Registered by a link (`.struct_ops.link`) rather than at once. */
  link: boolean
  /** Which programs its members point to. Offset in bytes. */
  programs: { offset: number; member: string; name: string }[]
}

/** A global variable. */
export interface VariableSpec {
  /** Its name, unique in the object. */
  name: string
  /** Name of the map that holds it. */
  map: string
  /** The section it came from. */
  section: string
  /** Place in the map's value (in an arena: among its globals), in bytes. */
  offset: number
  /** Size in bytes. */
  size: number
  /** BTF id of its type. */
  type?: number | undefined
  /** Visible beyond its source file. */
  linkage: 'static' | 'global'
  /** The texts of its declaration tags. */
  tags: string[]
}

/** Something that the kernel must provide. */
export interface ExternSpec {
  name: string
  /**
   * `kconfig`: a value of the kernel's configuration, placed in the map `.kconfig`. `ksym`: the address of a symbol.
   * `typed-ksym`: a variable of the kernel's BTF. `kfunc`: a function of it. `undefined`: nothing in the object says
   * where it should come from.
   */
  kind: 'kconfig' | 'ksym' | 'typed-ksym' | 'kfunc' | 'undefined'
  /** May be missing. */
  weak: boolean
  /** BTF id of its type; for a function, of its FUNC. */
  type?: number | undefined
  /** For `kconfig`: place and size in the map's value, in bytes. */
  offset?: number | undefined
  size?: number | undefined
}

/** A table of jump targets (`switch`). */
export interface JumpTableSpec {
  name: string
  /** Labels of the instructions that its entries stand for; `jumpTargets` counts where they are in a linked program. */
  targets: string[]
}
