/**
 * How an object is loaded.
 *
 * @module
 */
import { type Btf } from '../../btf/index.ts'
import { type ReadObjectOptions } from '../../elf/index.ts'
import { type KernelTypes } from '../kernel-types.ts'
import { type BpfMap } from '../maps/map.ts'
import { type ProgramType } from '../names.ts'
import { type ConvertElement } from '../pins/migrate.ts'
import { type Program } from '../programs/program.ts'

/** Programs by name, with the type that each must have. */
export type ProgramTypes = Readonly<Record<string, ProgramType>>

/** How an object is loaded. */
export interface CollectionOptions<P extends ProgramTypes = ProgramTypes> extends ReadObjectOptions {
  /**
   * The programs to load, with the type of each: others are left out, and a missing one or another type is an `ObjectError`.
   * Without it all programs are loaded, but those in optional sections (`?`).
   */
  readonly programs?: P | undefined
  /** First values of global variables, by name, in place of those in the object. Constants are only known to the verifier by these. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  /** Maps to use in place of the object's own, by name. They stay the caller's. */
  readonly maps?: Readonly<Record<string, BpfMap>> | undefined
  /** Create only the maps that the loaded programs use. */
  readonly onlyUsed?: boolean | undefined
  /** The directory in a bpffs for maps that are pinned by name; `/sys/fs/bpf` unless said. */
  readonly pinPath?: string | undefined
  /**
   * What to do with maps that are pinned by name and do not fit: `true` migrates them to the object's shape, by name only those, with a function that
   * converts their elements. They are refused unless said: see `migratePinnedMap`.
   */
  readonly migratePins?: boolean | Readonly<Record<string, ConvertElement>> | undefined
  /** The program that an extension or tracing program goes onto, by the name of the latter. */
  readonly targets?: Readonly<Record<string, Program>> | undefined
  /** The types that CO-RE relocations are resolved against, in place of the kernel's own: for a kernel that has none. */
  readonly targetBtf?: Btf | undefined
  /** The kernel's types, to share between loads: reading them takes some 10 ms. They stay the caller's. */
  readonly kernel?: KernelTypes | undefined
  /** Have the verifier write a log, for all programs or for some by name: 1 the path, 2 all states, 4 statistics, added up. */
  readonly logLevel?: number | Readonly<Record<string, number>> | undefined
  /** A descriptor from `BPF_TOKEN_CREATE`. Requires Linux 6.9. */
  readonly tokenFd?: number | undefined
}
