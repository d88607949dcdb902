import { type ElfSection, SectionFlag, SectionType } from './file.ts'
import { type MapOrigin } from './spec.ts'

/** What a section of an object is for. */
export type Role =
  | { readonly kind: 'code' }
  /** Map definitions by BTF, or as structs of five numbers. */
  | { readonly kind: 'maps' }
  | { readonly kind: 'legacyMaps' }
  | { readonly kind: 'data'; readonly origin: Extract<MapOrigin, 'data' | 'rodata' | 'bss'> }
  /** Globals that live in the object's arena. */
  | { readonly kind: 'arena' }
  | { readonly kind: 'structOps'; readonly link: boolean; readonly optional: boolean }
  | { readonly kind: 'jumpTables' }
  | { readonly kind: 'license' | 'version' | 'btf' | 'btfExt' }
  /** Debug information, symbol tables, and whatever else is no concern of the kernel. */
  | { readonly kind: 'other' }

const OTHER: Role = { kind: 'other' }

const NAMED: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['license', { kind: 'license' }],
  ['version', { kind: 'version' }],
  ['.BTF', { kind: 'btf' }],
  ['.BTF.ext', { kind: 'btfExt' }],
  ['.maps', { kind: 'maps' }],
  ['maps', { kind: 'legacyMaps' }],
  ['.struct_ops', { kind: 'structOps', link: false, optional: false }],
  ['.struct_ops.link', { kind: 'structOps', link: true, optional: false }],
  ['?.struct_ops', { kind: 'structOps', link: false, optional: true }],
  ['?.struct_ops.link', { kind: 'structOps', link: true, optional: true }],
  ['.addr_space.1', { kind: 'arena' }],
  ['.jumptables', { kind: 'jumpTables' }],
])

const isOrUnder = (name: string, family: string): boolean => name === family || name.startsWith(`${family}.`)

/** What a section is for, by its name, type and flags. */
export function roleOf(section: ElfSection): Role {
  const { name, type, flags, size } = section
  if (type === SectionType.NOBITS) {
    if (size === 0) return OTHER
    // An arena's globals that start as zero have no bytes in the file.
    return name === '.addr_space.1'
      ? { kind: 'arena' }
      : isOrUnder(name, '.bss')
        ? { kind: 'data', origin: 'bss' }
        : OTHER
  }
  if (type !== SectionType.PROGBITS) return OTHER
  const named = NAMED.get(name)
  if (named !== undefined) return named
  if (name.startsWith('maps/')) return { kind: 'legacyMaps' }
  if (size === 0) return OTHER
  if ((flags & SectionFlag.EXECINSTR) !== 0) return { kind: 'code' }
  if (isOrUnder(name, '.data')) return { kind: 'data', origin: 'data' }
  if (isOrUnder(name, '.rodata')) return { kind: 'data', origin: 'rodata' }
  return OTHER
}
