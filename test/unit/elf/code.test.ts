import { describe, expect, it } from 'vitest'
import {
  assemble,
  callFunction,
  disassemble,
  exit,
  formatInstruction,
  gotox,
  type Instruction,
  isFunctionCall,
  label,
  ldImm64,
  mov,
  print,
} from '../../../src/asm/index.ts'
import {
  ElfError,
  jumpTargets,
  linkProgram,
  type ObjectSpec,
  programFunctions,
  programInfo,
  readObject,
} from '../../../src/elf/index.ts'
import { specOf } from './objects.ts'
import { type FileDraft, type SectionDraft, type SymbolDraft, writeElf } from './writer.ts'

const programOf = (spec: ObjectSpec, name: string): ObjectSpec['programs'][string] => {
  const program = spec.programs[name]
  if (program === undefined) throw new Error(`no program ${name}`)
  return program
}

const namesOf = (spec: ObjectSpec, program: string): string[] =>
  programFunctions(spec, programOf(spec, program)).map(({ name }) => name)

const textOf = (instructions: readonly Instruction[] | undefined): string[] =>
  (instructions ?? []).map((instruction) => formatInstruction(instruction))

describe('functions', () => {
  const spec = specOf('subprograms')

  it('of .text, and static ones that are called, are no programs', () => {
    expect(Object.keys(spec.functions)).toEqual([
      'global_function',
      'four_times',
      'weak_function',
      'hidden_function',
      'twice',
      'far_away',
      'in_the_same_section',
    ])
    const linkage = Object.values(spec.functions).map((each) => [each.linkage, each.hidden])
    expect(linkage.slice(0, 4)).toEqual([
      ['global', false],
      ['static', false],
      ['weak', false],
      ['global', true],
    ])
    expect(spec.functions['far_away']?.section).toBe('text.far')
  })

  it('that nobody calls are programs, static or not', () => {
    expect(Object.keys(specOf('static').programs)).toEqual(['hidden_program', 'other_program'])
  })

  it('are put behind the program that reaches them, once each', () => {
    expect(namesOf(spec, 'alone')).toEqual(['alone'])
    expect(namesOf(spec, 'nested')).toEqual(['nested', 'four_times', 'twice'])
    expect(namesOf(spec, 'through_global')).toEqual(['through_global', 'global_function', 'four_times', 'twice'])
    expect(namesOf(spec, 'through_neighbour')).toEqual(['through_neighbour', 'in_the_same_section'])
    expect(namesOf(specOf('callbacks'), 'for_each')).toEqual(['for_each', 'fill', 'add_up'])
    const exceptions = specOf('exceptions')
    expect(namesOf(exceptions, 'handled')).toEqual(['handled', 'throws_if_short', 'handler', 'add_hundred'])
    expect(namesOf(exceptions, 'unhandled')).toEqual(['unhandled', 'throws_if_short'])
    // Each is told to the kernel, the one that nobody calls too.
    const linked = linkProgram(exceptions, exceptions.programs['handled']!)
    expect(programInfo(linked, { intern: () => 0 }).functions).toHaveLength(4 * 8)
  })

  it('are called by a distance that is right wherever they end up', () => {
    for (const name of Object.keys(spec.programs)) {
      const linked = linkProgram(spec, programOf(spec, name))
      const starts = new Map<number, string>()
      let slot = 0
      const slots = linked.map((instruction) => {
        if (instruction.symbol !== undefined) starts.set(slot, instruction.symbol)
        const here = slot
        slot += instruction.imm64 === undefined ? 1 : 2
        return here
      })
      for (const [index, instruction] of disassemble(assemble(linked)).entries()) {
        if (!isFunctionCall(instruction)) continue
        const reference = linked[index]?.reference
        expect(starts.get((slots[index] ?? 0) + instruction.imm + 1)).toBe(
          reference?.kind === 'function' && reference.name,
        )
      }
    }
  })

  it('with one name from two sources are told apart', () => {
    const linked = specOf('linked')
    expect(namesOf(linked, 'main_a')).toEqual(['main_a', 'same_name', 'overridden', 'shared_function'])
    expect(namesOf(linked, 'main_b')).toEqual(['main_b', 'same_name@.text+128'])
    expect(Object.keys(linked.variables)).toEqual(['local_variable', 'shared_variable', 'local_variable@.data+8'])
  })

  it('without a body are an error of the programs that call them only', () => {
    const missing = specOf('missing')
    expect(linkProgram(missing, programOf(missing, 'fine'))).toHaveLength(2)
    expect(() => linkProgram(missing, programOf(missing, 'needs_body'))).toThrow(
      'section tc: needs_body refers to function without_body, which has no body in this object',
    )
  })

  it('alone in .text are programs', () => {
    const bytes = assemble([mov('r0', 0), exit()])
    const only = readObject(
      object([{ name: '.text', flags: 6, bytes }], [{ name: 'only', section: '.text', size: 16, type: 2 }]),
    )
    expect(only.programs['only']).toMatchObject({ type: 'unspec', section: '.text' })
  })
})

describe('references', () => {
  it('name maps, globals, symbols, kernel functions and callbacks', () => {
    const spec = specOf('ksyms')
    expect(textOf(spec.programs['has_address']?.instructions)[0]).toBe('(18) r1 = ksym[schedule]')
    expect(specOf('ksyms-typed').programs['reads_this_cpu']?.instructions[0]).toMatchObject({
      src: 3,
      reference: { kind: 'ksym', name: 'bpf_prog_active' },
    })
    expect(textOf(specOf('kfuncs').programs['calls_void']?.instructions)).toContain('(85) call bpf_rcu_read_lock#0')
    expect(textOf(specOf('callbacks').programs['loop']?.instructions)).toContain('(18) r2 = subprog[fill]')
    expect(textOf(specOf('kconfig').programs['hertz']?.instructions)[0]).toBe('(18) r1 = map[.kconfig][0]+8')
    expect(textOf(specOf('strings').programs['selects']?.instructions).join()).toContain('map[.rodata.str1.1][0]+')
    expect(textOf(specOf('arena').programs['arena_globals']?.instructions).join()).toContain('arena[arena]+0')
    expect(textOf(specOf('maps').programs['hash_round_trip']?.instructions)).toContain('(18) r1 = map[flows]')
  })

  it('carry CO-RE relocations and lines of source with the instructions', () => {
    const instructions = specOf('core').programs['size_of_member']?.instructions ?? []
    const relocated = instructions.find(({ core }) => core !== undefined)
    expect(relocated?.core).toMatchObject({ kind: 1, access: '0:2' })
    expect(instructions[0]?.source?.line).toBeGreaterThan(0)
    const kinds = Object.values(specOf('core').programs).flatMap((each) =>
      each.instructions.map(({ core }) => core?.kind),
    )
    expect([...new Set(kinds)].sort((a, b) => Number(a) - Number(b))).toEqual([
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      undefined,
    ])
    expect(specOf('core-newer').programs['matches']?.instructions.some(({ core }) => core?.kind === 12)).toBe(true)
  })

  it('become jump tables with labels on their targets', () => {
    const code = assemble([mov('r0', 0), ldImm64('r1', 8), gotox('r1'), mov('r0', 1), exit(), mov('r0', 2), exit()])
    const table = new Uint8Array(24)
    const view = new DataView(table.buffer)
    for (const [index, place] of [32, 48, 32].entries()) view.setBigUint64(index * 8, BigInt(place), true)
    const sections: SectionDraft[] = [
      { name: 'tc', flags: 6, bytes: code, relocations: [{ offset: 8, symbol: 'table' }] },
      { name: '.jumptables', flags: 2, bytes: table },
    ]
    const symbols: SymbolDraft[] = [
      { name: 'jumps', section: 'tc', size: code.length, type: 2 },
      { name: 'table', section: '.jumptables', size: 16, value: 0, binding: 0, type: 1 },
    ]
    // The immediate is an addend: this table starts at its second entry.
    const spec = readObject(object(sections, symbols))
    expect(spec.jumpTables).toEqual({
      'jumps:.jumptables+8': { name: 'jumps:.jumptables+8', targets: ['jumps+6', 'jumps+4'] },
    })
    const linked = linkProgram(spec, programOf(spec, 'jumps'))
    const table8 = spec.jumpTables['jumps:.jumptables+8'] ?? { name: '', targets: [] }
    expect(jumpTargets(linked, table8)).toEqual([6, 4])
    expect(jumpTargets([mov('r9', 0), ...linked], table8)).toEqual([7, 5])
    expect(() => jumpTargets(linked.slice(0, -2), table8)).toThrow('leads to jumps+6, which is no instruction')
    expect(print(spec.programs['jumps']?.instructions ?? [])).toContain('jump_table[jumps:.jumptables+8]')
    expect(spec.programs['jumps']?.instructions.map(({ symbol }) => symbol)).toEqual([
      'jumps',
      undefined,
      undefined,
      'jumps+4',
      undefined,
      'jumps+6',
      undefined,
    ])
  })
})

describe('func_info and line_info', () => {
  const spec = specOf('subprograms')
  const words = (bytes: Uint8Array | undefined): number[] =>
    bytes === undefined ? [] : [...new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)]

  it('say where functions start after they were moved', () => {
    const linked = linkProgram(spec, programOf(spec, 'nested'))
    const { functions } = programInfo(linked, { intern: () => 0 })
    const lengths = [spec.programs['nested'], spec.functions['four_times']].map(
      (each) => each?.instructions.length ?? 0,
    )
    const ids = ['nested', 'four_times', 'twice'].map((name) => spec.btf?.findId(name, 'func') ?? 0)
    const starts = [0, lengths[0] ?? 0, (lengths[0] ?? 0) + (lengths[1] ?? 0)]
    expect(words(functions)).toEqual(ids.flatMap((id, index) => [starts[index], id]))
  })

  it('count lines in slots, and follow what is inserted', () => {
    const linked = linkProgram(spec, programOf(spec, 'through_hidden'))
    const strings: string[] = []
    const intern = (text: string): number => strings.push(text)
    const before = words(programInfo(linked, { intern }).lines)
    const after = words(
      programInfo([...linked.slice(0, 1), ldImm64('r3', 1n), ...linked.slice(1)], { intern: () => 0 }).lines,
    )
    expect(before.length % 4).toBe(0)
    expect(after[4]).toBe((before[4] ?? 0) + 2)
    expect((before[3] ?? 0) >>> 10).toBe(linked[0]?.source?.line)
    expect(strings).toContain('\tint n = 7;')
  })

  it('are left out where a function has none', () => {
    const bare = [callFunction('f'), exit(), label('f', exit())]
    expect(programInfo(bare, { intern: () => 0 })).toEqual({ functions: undefined, lines: undefined })
    const source = { file: 'a.c', line: 1, column: 1, text: 'x' }
    const half = [{ ...callFunction('f'), funcId: 1, source }, exit(), label('f', exit())]
    expect(programInfo(half, { intern: () => 0 })).toEqual({ functions: undefined, lines: undefined })
  })

  it('are written in the byte order asked for', () => {
    const linked = linkProgram(spec, programOf(spec, 'alone'))
    const { functions } = programInfo(linked, { intern: () => 0, endian: 'big' })
    expect(new DataView(functions?.buffer ?? new ArrayBuffer(8)).getUint32(4)).toBe(linked[0]?.funcId)
  })
})

/** An object of sections and symbols. */
function object(sections: SectionDraft[], symbols: SymbolDraft[], rest: Partial<FileDraft> = {}): Uint8Array {
  return writeElf({ sections, symbols, ...rest })
}

describe('code that no compiler writes', () => {
  const two = assemble([mov('r0', 0), exit(), mov('r0', 0), exit()])
  const section: SectionDraft = { name: 'tc', flags: 6, bytes: two }
  const read = (symbols: SymbolDraft[], change: Partial<SectionDraft> = {}): (() => ObjectSpec) => {
    const bytes = object([{ ...section, ...change }], symbols)
    return () => readObject(bytes)
  }
  const f: SymbolDraft = { name: 'f', section: 'tc', size: 32, type: 2 }

  it('is refused with the section and the place', () => {
    const g: SymbolDraft = { name: 'g', section: 'tc', value: 8, size: 16, type: 2 }
    expect(read([f, g])).toThrow('section tc at byte 8: function g overlaps another one')
    expect(read([{ ...f, size: 40 }])).toThrow('section tc at byte 0: function f (bytes 0 to 40) does not fit')
    expect(read([{ ...f, value: 4, size: 8 }])).toThrow('does not fit')
    expect(read([f], { bytes: two.subarray(0, 30) })).toThrow('section tc: its code is no sequence of instructions')
    const wide = assemble([ldImm64('r1', 1n), exit()])
    expect(read([{ ...f, size: 8 }], { bytes: wide })).toThrow('a function ends within an instruction')
    expect(read([{ ...f, value: 8, size: 8 }], { bytes: wide })).toThrow('a function starts within an instruction')
    const call = assemble([{ ...callFunction('x'), reference: undefined, imm: 0 }, exit()])
    expect(read([{ ...f, size: 16 }], { bytes: call })).toThrow(
      'section tc at byte 0: no function starts at byte 8 of section tc, where this refers to',
    )
  })

  it('refers to what exists, in ways that are understood', () => {
    const wide = assemble([ldImm64('r1', 1n), mov('r0', 0), exit()])
    const relocated = (offset: number, symbol: string, symbols: SymbolDraft[] = []): (() => ObjectSpec) =>
      read([f, ...symbols], { bytes: wide, relocations: [{ offset, symbol }] })
    expect(relocated(0, 'nobody')).toThrow('section .reltc at byte 0: symbol 9999 does not exist')
    expect(relocated(64, 'f')).toThrow('section .reltc at byte 0: place 64 lies outside of section tc')
    expect(relocated(8, 'f')).toThrow('a relocation of an instruction that takes none')
    expect(relocated(16, 'f')).toThrow('a relocation of an instruction that takes none')
    expect(relocated(0, 'f')).toThrow('no function starts at byte 1')
    const withAddends = object(
      [{ ...section, bytes: wide, relocations: [{ offset: 0, symbol: 'f' }], relocationType: 4 }],
      [f],
    )
    expect(() => readObject(withAddends)).toThrow('relocations with explicit addends are not supported')
  })

  it('has undefined symbols that are an error only where they are needed', () => {
    const bytes = assemble([ldImm64('r1', 0n), { ...callFunction('x'), reference: undefined }, exit()])
    const relocations = [
      { offset: 0, symbol: 'data' },
      { offset: 16, symbol: 'call', type: 10 },
    ]
    const spec = read([f, { name: 'data' }, { name: 'call', binding: 2 }], { bytes, relocations })()
    expect(spec.externs).toEqual({
      data: { name: 'data', kind: 'undefined', weak: false },
      call: { name: 'call', kind: 'undefined', weak: true },
    })
    expect(() => linkProgram(spec, programOf(spec, 'f'))).toThrow(ElfError)
  })

  it('has names that are no traps', () => {
    const traps = ['__proto__', 'constructor', 'toString'].map((name, index) => ({
      ...f,
      name,
      value: index * 8,
      size: 8,
    }))
    const spec = read(traps)()
    expect(Object.keys(spec.programs)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(spec.programs['__proto__']?.name).toBe('__proto__')
    expect(spec.programs['valueOf']).toBeUndefined()
  })
})
