import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  add,
  AsmError,
  assemble,
  call,
  callFunction,
  countSlots,
  disassemble,
  exit,
  formatInstruction,
  goto,
  helperName,
  helperNumber,
  type HelperName,
  type Instruction,
  isFunctionCall,
  isHelperCall,
  isKfuncCall,
  jeq,
  label,
  labelJumps,
  ldFunction,
  ldImm64,
  ldMap,
  mov,
  print,
  slotsOf,
} from '../../../src/asm/index.ts'
import { everyInstruction, others } from './program.ts'

const fixture = (name: string): string[] =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof AsmError ? error.code : String(error)
  }
}

describe('printing', () => {
  it("prints every class of instruction as the kernel's verifier does", () => {
    const lines = print(disassemble(assemble(everyInstruction))).split('\n')
    expect(lines.map((line) => line.trim())).toEqual(fixture('verifier.txt'))
  })

  it('shows references by name, and what it does not know as unknown', () => {
    for (const [instruction, text] of others) expect(formatInstruction(instruction)).toBe(text)
  })

  it('shows labels and lines of source between the instructions, counted in slots', () => {
    const source = { file: 'a.c', line: 1, column: 2, text: '  return 0;' }
    const program = [label('main', ldImm64('r1', 1)), { ...mov('r0', 0), source }, label('end', exit())]
    expect(print(program)).toBe(
      ['main:', '   0: (18) r1 = 0x1', '; return 0;', '   2: (b7) r0 = 0', 'end:', '   3: (95) exit'].join('\n'),
    )
    expect(print(program, { source: false })).not.toContain('return')
  })

  it('never throws, whatever the opcode', () => {
    for (let opcode = 0; opcode < 256; opcode++) {
      expect(formatInstruction({ opcode, dst: 1, src: 2, offset: 3, imm: 4 })).toMatch(/^\([0-9a-f]{2}\) ./)
    }
  })
})

/** What LLVM's disassembler prints, in the kernel's spelling. */
function kernelSpelling(text: string): string {
  return text
    .replace(/ <.*>$/, '')
    .replace(/ ll$/, '')
    .replace(/^if (.*) (-?0x[0-9a-f]+) goto/, (_, left: string, n: string) => {
      const value = Number(n.replace('-', '')) * (n.startsWith('-') ? -1 : 1)
      return `if ${left} 0x${(value >>> 0).toString(16)} goto`
    })
    .replace(
      /goto(l?) ([+-])0x([0-9a-f]+)/,
      (_, l: string, sign: string, n: string) => `goto${l} pc${sign}${parseInt(n, 16)}`,
    )
    .replace(
      /\((r\d+) ([+-]) 0x([0-9a-f]+)\)/,
      (_, r: string, sign: string, n: string) => `(${r} ${sign}${parseInt(n, 16)})`,
    )
    .replace(/^w(\d+) = \*/, 'r$1 = *')
    .replace(/(\*\(.*\) (?:=|\|=)) w(\d+)$/, '$1 r$2')
    .replace(/(= |[+*/%&|^<>-]= |\[)(-?)0x([0-9a-f]+)(?=\]?$)/, (all, head: string, sign: string, n: string) =>
      n.length > 8 ? all : `${head}${sign}${parseInt(n, 16)}`,
    )
    .replace(/skb\[(r\d)\]/, 'skb[$1 + 0]')
    .replace(/atomic_fetch_add\(\(u64/, 'atomic64_fetch_add((u64')
    .replace(/(xchg|cmpxchg)_64\((r\d+) \+ 0x0/, 'atomic64_$1((u64 *)($2 +0)')
    .replace(/call 0x1$/, 'call bpf_map_lookup_elem#1')
}

describe('bytes', () => {
  it('reads what LLVM assembled as LLVM does, and writes the same bytes back', () => {
    for (const line of fixture('llvm.txt')) {
      const [, hex = '', text = ''] = /^\s*\d+:\s((?:[0-9a-f]{2} )*[0-9a-f]{2})\t(.*)$/.exec(line) ?? []
      const bytes = Uint8Array.from(hex.split(' '), (byte) => parseInt(byte, 16))
      const [instruction, ...rest] = disassemble(bytes)
      expect(rest).toEqual([])
      expect(formatInstruction(instruction as Instruction).slice(5)).toBe(kernelSpelling(text))
      expect(assemble([instruction as Instruction])).toEqual(bytes)
    }
  })

  it('writes both byte orders, and reads the same instructions from either', () => {
    const little = assemble(everyInstruction)
    const big = assemble(everyInstruction, { endian: 'big' })
    expect(big).not.toEqual(little)
    expect(disassemble(big, { endian: 'big' })).toEqual(disassemble(little))
    expect([...assemble([add('r1', 'r2')], { endian: 'big' })]).toEqual([0x0f, 0x12, 0, 0, 0, 0, 0, 0])
    expect([...assemble([add('r1', 'r2')])]).toEqual([0x0f, 0x21, 0, 0, 0, 0, 0, 0])
  })

  it('returns any whole slots unchanged, and refuses everything else by a typed error', () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('little' as const, 'big' as const),
      (bytes, endian) => {
        const failure = codeOf(() => disassemble(bytes, { endian }))
        if (failure !== undefined) return failure === 'ERR_ASM_MALFORMED'
        const instructions = disassemble(bytes, { endian })
        print(instructions)
        return Buffer.from(bytes).equals(assemble(instructions, { endian }))
      },
    )
    expect(fc.check(property).failed).toBe(false)
  })

  it('refuses half of a 64-bit immediate', () => {
    const bytes = assemble([ldImm64('r1', 1)])
    expect(codeOf(() => disassemble(bytes.subarray(0, 8)))).toBe('ERR_ASM_MALFORMED')
    bytes[8] = 0x95
    expect(codeOf(() => disassemble(bytes))).toBe('ERR_ASM_MALFORMED')
  })

  it('keeps a 64-bit immediate whole', () => {
    for (const value of [0n, 1n, 0xffff_ffffn, 1n << 63n, 0xffff_ffff_ffff_ffffn]) {
      expect(disassemble(assemble([ldImm64('r3', value)]))[0]?.imm64).toBe(value)
    }
    expect(ldImm64('r1', -1).imm64).toBe(0xffff_ffff_ffff_ffffn)
  })
})

describe('labels', () => {
  it('counts distances in slots, over two-slot instructions', () => {
    const program = [label('top', jeq('r1', 0, 'end')), ldImm64('r2', 5n), goto('top'), label('end', exit())]
    expect(disassemble(assemble(program)).map(({ offset }) => offset)).toEqual([3, 0, -4, 0])
    expect(countSlots(program)).toBe(5)
    expect(program.map(slotsOf)).toEqual([1, 2, 1, 1])
  })

  it('calls functions and takes their addresses by distance', () => {
    const program = [callFunction('f'), ldFunction('r2', 'f'), exit(), label('f', exit())]
    const [first, second] = disassemble(assemble(program))
    expect(first?.imm).toBe(3)
    expect(second?.imm64).toBe(2n)
  })

  it('lets instructions be inserted once jumps have labels', () => {
    const jumps = disassemble(assemble([jeq('r1', 0, 2), mov('r0', 1), goto(-3), label('end', exit())]))
    const labelled = labelJumps(jumps, 'f')
    const longer = labelled.flatMap((instruction) =>
      instruction.opcode === 0xb7 ? [instruction, instruction] : [instruction],
    )
    expect(disassemble(assemble(longer)).map(({ offset }) => offset)).toEqual([3, 0, 0, -4, 0])
    expect(disassemble(assemble(labelled))).toEqual(jumps)
  })

  it('gives jumps that are targets themselves both a label and a reference', () => {
    const jumps = disassemble(assemble([goto(0), goto(-2), exit()]))
    expect(disassemble(assemble(labelJumps(jumps)))).toEqual(jumps)
  })

  it('refuses what cannot be resolved', () => {
    expect(codeOf(() => assemble([goto('nowhere')]))).toBe('ERR_ASM_UNKNOWN_SYMBOL')
    expect(codeOf(() => assemble([goto('a'), label('a', exit()), label('a', exit())]))).toBe('ERR_ASM_DUPLICATE_SYMBOL')
    const far = [goto('end'), ...Array.from({ length: 0x8000 }, () => mov('r0', 0)), label('end', exit())]
    expect(codeOf(() => assemble(far))).toBe('ERR_ASM_RANGE')
    expect(codeOf(() => labelJumps([goto(5), exit()]))).toBe('ERR_ASM_BAD_JUMP')
    expect(codeOf(() => labelJumps([goto(1), ldImm64('r1', 1n)]))).toBe('ERR_ASM_BAD_JUMP')
  })

  it('names the instruction whose field is out of range', () => {
    const wrong = (change: Partial<Instruction>): unknown => {
      try {
        assemble([exit(), { ...exit(), ...change }])
      } catch (error) {
        return [(error as AsmError).code, (error as AsmError).index]
      }
      return undefined
    }
    for (const change of [
      { offset: 0x8000 },
      { imm: 2 ** 32 },
      { imm: 0.5 },
      { dst: 16 },
      { src: -1 },
      { opcode: 256 },
    ]) {
      expect(wrong(change)).toEqual(['ERR_ASM_RANGE', 1])
    }
    expect(wrong({ imm: 0xffff_ffff })).toBeUndefined()
  })
})

describe('names', () => {
  it('knows the helpers by number and by name', () => {
    expect(helperName(1)).toBe('bpf_map_lookup_elem')
    expect(helperNumber('bpf_loop')).toBe(181)
    expect(helperNumber('bpf_cgrp_storage_delete')).toBe(211)
    expect(helperName(212)).toBeUndefined()
    expect(() => call('bpf_no_such' as HelperName)).toThrow(TypeError)
  })

  it('tells calls apart', () => {
    expect(isHelperCall(call(1))).toBe(true)
    expect(isFunctionCall(callFunction('f'))).toBe(true)
    expect(isKfuncCall(callFunction('f'))).toBe(false)
    expect(isFunctionCall(ldMap('r1', 'm'))).toBe(false)
  })

  it('refuses registers that do not exist', () => {
    expect(() => mov('r11' as 'r1', 0)).toThrow(TypeError)
    expect(() => mov('x1' as 'r1', 0)).toThrow(TypeError)
  })
})
