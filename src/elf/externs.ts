import { type ElfFile, SectionIndex } from './file.ts'
import { record } from './records.ts'
import { type ExternSpec, type MapSpec } from './spec.ts'
import { type ObjectTypes, type SectionItem } from './types.ts'
import { dataMap } from './data.ts'

const KCONFIG = '.kconfig'
const KSYMS = '.ksyms'

function ksymKind(types: ObjectTypes, item: SectionItem): ExternSpec['kind'] {
  if (item.kind === 'func') return 'kfunc'
  return types.btf.resolve(item.type).kind === 'void' ? 'ksym' : 'typed-ksym'
}

/**
 * Places the configuration values in their map: the widest alignment first, then the smallest, then by name. The order
 * is libbpf's, so that what `bpftool` shows of the map is the same.
 */
function placeKconfig(types: ObjectTypes, items: readonly SectionItem[]): { item: SectionItem; offset: number }[] {
  const measured = items.map((item) => ({ item, align: types.btf.alignOf(item.type) }))
  measured.sort(
    (a, b) =>
      b.align - a.align ||
      a.item.size - b.item.size ||
      (a.item.name < b.item.name ? -1 : Number(a.item.name > b.item.name)),
  )
  let end = 0
  return measured.map(({ item, align }) => {
    const offset = Math.ceil(end / align) * align
    end = offset + item.size
    return { item, offset }
  })
}

/** What an object expects from outside: every undefined symbol that its code or its types mention. */
export function readExterns(
  file: ElfFile,
  types: ObjectTypes | undefined,
): { externs: Record<string, ExternSpec>; kconfig: MapSpec | undefined } {
  const externs = record<ExternSpec>()
  const undefinedSymbols = file.symbols.filter(({ section, name }) => section === SectionIndex.UNDEF && name !== '')
  const weak = new Map(undefinedSymbols.map(({ name, binding }) => [name, binding === 'weak']))
  // Types may list externs that optimisation left without a use, and so without a symbol: they are not needed.
  const used = (item: SectionItem): boolean => weak.has(item.name)
  for (const { name, binding } of undefinedSymbols) {
    externs[name] = { name, kind: 'undefined', weak: binding === 'weak' }
  }
  for (const item of types?.section(KSYMS)?.items.filter(used) ?? []) {
    const kind = types === undefined ? 'undefined' : ksymKind(types, item)
    externs[item.name] = { name: item.name, kind, weak: weak.get(item.name) ?? false, type: item.type }
  }
  const section = types?.section(KCONFIG)
  if (types === undefined || section === undefined) return { externs, kconfig: undefined }
  let size = 0
  for (const { item, offset } of placeKconfig(types, section.items.filter(used))) {
    const { name, type } = item
    externs[name] = { name, kind: 'kconfig', weak: weak.get(name) ?? false, type, offset, size: item.size }
    size = offset + item.size
  }
  return { externs, kconfig: size === 0 ? undefined : dataMap(KCONFIG, 'kconfig', size, section.id) }
}
