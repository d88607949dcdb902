import type { Btf } from './btf.ts'
import { BtfError } from './error.ts'
import { readPreamble, readSection, type Preamble, type Section } from './header.ts'

/** The records that belong to one ELF section. */
export interface BtfExtSection<R> {
  /** The ELF section that holds the instructions. */
  readonly section: string
  readonly records: readonly R[]
}

/** A function starts here (`struct bpf_func_info`). */
export interface BtfFuncInfo {
  /** Where in its ELF section, in bytes. */
  readonly insnOff: number
  /** The {@link BtfFunc}. */
  readonly typeId: number
}

/** A source line starts here (`struct bpf_line_info`). */
export interface BtfLineInfo {
  /** Where in its ELF section, in bytes. */
  readonly insnOff: number
  /** The file's name: an offset for {@link Btf.string}. */
  readonly fileNameOff: number
  /** The line's text: an offset for {@link Btf.string}. */
  readonly lineOff: number
  /** The line's number, from 1. */
  readonly line: number
  /** The column, from 1; 0 where it is not known. */
  readonly column: number
}

/** An instruction to be adapted to the running kernel (`struct bpf_core_relo`). */
export interface BtfCoreRelo {
  /** Where in its ELF section, in bytes. */
  readonly insnOff: number
  /** The local type at the root of the access. */
  readonly typeId: number
  /** What of it is accessed: `0:1:2` for fields, an index for enumerators, `0` for types. */
  readonly accessStr: string
  /** What is asked about it (`enum bpf_core_relo_kind`). */
  readonly kind: number
}

interface Table<R> {
  readonly what: string
  /** Bytes of a record as we know it; newer ones may be longer, and the rest is left alone. */
  readonly size: number
  readonly read: (view: DataView, at: number, littleEndian: boolean) => R
}

const FUNC_INFO: Table<BtfFuncInfo> = {
  what: 'func_info',
  size: 8,
  read: (view, at, le) => ({ insnOff: view.getUint32(at, le), typeId: view.getUint32(at + 4, le) }),
}

const LINE_INFO: Table<BtfLineInfo> = {
  what: 'line_info',
  size: 16,
  read(view, at, le) {
    const place = view.getUint32(at + 12, le)
    return {
      insnOff: view.getUint32(at, le),
      fileNameOff: view.getUint32(at + 4, le),
      lineOff: view.getUint32(at + 8, le),
      line: place >>> 10,
      column: place & 0x3ff,
    }
  },
}

/** The header's pairs of offset and length: function and line records always, relocations since clang 10. */
const [FUNC_AT, LINE_AT, CORE_AT] = [8, 16, 24]
const HEADER_SIZE = 24
const HEADER_SIZE_WITH_CORE = 32

/** What a `.BTF.ext` section says about the instructions of an object. Each table is decoded when it is first read. */
export class BtfExt {
  readonly #btf: Btf
  readonly #preamble: Preamble
  readonly #name: string
  readonly #sections: { readonly func: Section; readonly line: Section; readonly core: Section }
  #funcInfo: BtfExtSection<BtfFuncInfo>[] | undefined
  #lineInfo: BtfExtSection<BtfLineInfo>[] | undefined
  #coreRelos: BtfExtSection<BtfCoreRelo>[] | undefined

  private constructor(bytes: Uint8Array, btf: Btf, name: string) {
    const preamble = readPreamble(bytes, HEADER_SIZE, name)
    this.#btf = btf
    this.#preamble = preamble
    this.#name = name
    this.#sections = {
      func: readSection(preamble, FUNC_AT, 4, 'function records', name),
      line: readSection(preamble, LINE_AT, 4, 'line records', name),
      core:
        preamble.length >= HEADER_SIZE_WITH_CORE
          ? readSection(preamble, CORE_AT, 4, 'relocation records', name)
          : { start: preamble.length, end: preamble.length },
    }
  }

  /**
   * Reads a `.BTF.ext` section beside the object's {@link Btf}, which has its strings.
   *
   * Throws {@link BtfError} if the bytes are not BTF.ext; faults inside a table are found when it is read.
   */
  static parse(bytes: Uint8Array, btf: Btf, options: { readonly name?: string | undefined } = {}): BtfExt {
    return new BtfExt(bytes, btf, options.name ?? 'BTF.ext')
  }

  /** Where functions start, by ELF section. */
  get funcInfo(): readonly BtfExtSection<BtfFuncInfo>[] {
    return (this.#funcInfo ??= this.#read(this.#sections.func, FUNC_INFO))
  }

  /** Where source lines start, by ELF section. */
  get lineInfo(): readonly BtfExtSection<BtfLineInfo>[] {
    return (this.#lineInfo ??= this.#read(this.#sections.line, LINE_INFO))
  }

  /** The CO-RE relocations, by ELF section. */
  get coreRelos(): readonly BtfExtSection<BtfCoreRelo>[] {
    return (this.#coreRelos ??= this.#read(this.#sections.core, {
      what: 'core_relo',
      size: 16,
      read: (view, at, le) => ({
        insnOff: view.getUint32(at, le),
        typeId: view.getUint32(at + 4, le),
        accessStr: this.#string(view.getUint32(at + 8, le), at + 8),
        kind: view.getUint32(at + 12, le),
      }),
    }))
  }

  #read<R>({ start, end }: Section, table: Table<R>): BtfExtSection<R>[] {
    const { view, littleEndian } = this.#preamble
    const refuse = (message: string, offset: number): never => {
      throw new BtfError(`${table.what}: ${message}`, { source: this.#name, offset })
    }
    const found: BtfExtSection<R>[] = []
    if (start === end) return found
    if (end - start < 4) refuse('the table is cut off', start)
    const recordSize = view.getUint32(start, littleEndian)
    if (recordSize < table.size || recordSize % 4 !== 0) refuse(`records of ${recordSize} bytes`, start)
    let at = start + 4
    while (at < end) {
      if (end - at < 8) refuse('the table is cut off', at)
      const count = view.getUint32(at + 4, littleEndian)
      if (count === 0) refuse('a section without records', at)
      const section = this.#string(view.getUint32(at, littleEndian), at)
      at += 8
      if (count * recordSize > end - at) refuse(`${count} records run past the end of the table`, at)
      const records: R[] = []
      for (let i = 0; i < count; i++, at += recordSize) records.push(table.read(view, at, littleEndian))
      found.push({ section, records })
    }
    return found
  }

  #string(offset: number, at: number): string {
    try {
      return this.#btf.string(offset)
    } catch (cause) {
      throw new BtfError('a name that is not in the strings', { source: this.#name, offset: at, cause })
    }
  }
}
