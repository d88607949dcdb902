/**
 * Statically defined probes of an executable or a shared library: what `<sys/sdt.h>` and its kin leave in `.note.stapsdt`.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { type ElfFile, type ElfSection, readElf, SectionFlag, SectionType } from '../../elf/index.ts'
import { SymbolError } from '../symbols.ts'
import { readUsdtArguments, type UsdtArgument } from './argument.ts'

/** One place in the code where a probe is passed. */
export interface UsdtSite {
  /** Where in the file the instruction is, in bytes: what a uprobe is placed by. */
  readonly offset: number
  /** Where in the file the counter is that says whether anybody watches, in bytes; 0 for a probe without one. */
  readonly semaphoreOffset: number
  /** Where the arguments are at this place: another one may have them elsewhere. */
  readonly arguments: readonly UsdtArgument[]
}

/** A probe: a name under a provider, and the places where it is passed. */
export interface UsdtProbe {
  readonly provider: string
  readonly name: string
  readonly sites: readonly UsdtSite[]
}

const SHT_NOTE = 7
const NT_STAPSDT = 3
const OWNER = 'stapsdt'

/** One note of an ELF file. */
interface Note {
  readonly type: number
  readonly owner: string
  readonly description: Uint8Array
}

const decoder = new TextDecoder()
const align = (at: number): number => (at + 3) & ~3

/** The notes of a section, as far as they are whole. */
function* notesOf(bytes: Uint8Array, little: boolean): Generator<Note, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + 12 <= bytes.length;) {
    const [nameSize, size, type] = [0, 4, 8].map((offset) => view.getUint32(at + offset, little)) as [number, number, number] // prettier-ignore
    const name = at + 12
    const start = name + align(nameSize)
    if (start + size > bytes.length) return
    const owner = decoder.decode(bytes.subarray(name, name + Math.max(nameSize - 1, 0)))
    yield { type, owner, description: bytes.subarray(start, start + size) }
    at = start + align(size)
  }
}

/** Where in the file an address of the loaded code or data is. */
function placeOf(sections: readonly ElfSection[], address: number): number | undefined {
  const home = sections.find(
    ({ type, flags, address: start, size }) =>
      (flags & SectionFlag.ALLOC) !== 0 && type !== SectionType.NOBITS && address >= start && address < start + size,
  )
  return home && address - home.address + home.offset
}

/** The probes of an ELF file. */
export function readUsdtProbes(file: ElfFile): UsdtProbe[] {
  const probes = new Map<string, { provider: string; name: string; sites: UsdtSite[] }>()
  const little = file.endian === 'little'
  const base = file.sections.find(({ name }) => name === '.stapsdt.base')
  for (const section of file.sections.filter(({ type }) => type === SHT_NOTE)) {
    for (const { type, owner, description } of notesOf(section.bytes, little)) {
      if (type !== NT_STAPSDT || owner !== OWNER || description.length < 24) continue
      const view = new DataView(description.buffer, description.byteOffset, description.length)
      const [site, noted, semaphore] = [0, 8, 16].map((at) => Number(view.getBigUint64(at, little))) as [number, number, number] // prettier-ignore
      const [provider = '', name = '', text = ''] = decoder.decode(description.subarray(24)).split('\0')
      // What was linked again (prelink) has its code elsewhere, and the note knows by how much from where the base was.
      const moved = base ? base.address - noted : 0
      const offset = placeOf(file.sections, site + moved)
      if (offset === undefined) continue
      const key = `${provider}:${name}`
      const probe = probes.get(key) ?? { provider, name, sites: [] }
      probes.set(key, probe)
      probe.sites.push({
        offset,
        semaphoreOffset: semaphore === 0 ? 0 : (placeOf(file.sections, semaphore + moved) ?? 0),
        arguments: readUsdtArguments(text, file.machine),
      })
    }
  }
  return [...probes.values()]
}

/** The probes of an executable or a shared library, by its path.  @throws ElfError for one that is no ELF file. */
export function usdtProbes(path: string): UsdtProbe[] {
  return readUsdtProbes(readElf(new Uint8Array(readFileSync(path))))
}

/** One probe of a file.  @throws SymbolError when the file has none of that name. */
export function usdtProbe(path: string, provider: string, name: string): UsdtProbe {
  const probes = usdtProbes(path)
  const found = probes.find((probe) => probe.provider === provider && probe.name === name)
  if (found) return found
  const there = probes.map((probe) => `${probe.provider}:${probe.name}`).join(', ') || 'none'
  throw new SymbolError(path, `${provider}:${name}`, `is no probe of this file: it has ${there}`)
}
