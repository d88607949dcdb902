/** Operands of probes as compilers write them: the syntax of the GNU assembler, and offsets of `struct pt_regs` from `asm/ptrace.h`. */
import { describe, expect, test } from 'vitest'
import { readUsdtArguments } from '../../../src/bpf/usdt/argument.ts'

const X86 = 62
const ARM64 = 183
const RISCV = 243

const memory = (base: string, context: number | undefined, offset: number, more: object = {}): object => ({
  kind: 'memory',
  base,
  context,
  offset,
  index: undefined,
  indexContext: undefined,
  scale: 1,
  ...more,
})

describe('arguments of a probe', () => {
  test.for<[string, number, object]>([
    ['8@%rax', X86, { kind: 'register', register: '%rax', context: 80 }],
    ['4@%eax', X86, { kind: 'register', register: '%eax', context: 80 }],
    ['1@%al', X86, { kind: 'register', register: '%al', context: 80 }],
    ['1@%ah', X86, { kind: 'register', register: '%ah', context: undefined }],
    ['1@%sil', X86, { kind: 'register', register: '%sil', context: 104 }],
    ['2@%bp', X86, { kind: 'register', register: '%bp', context: 32 }],
    ['4@%r8d', X86, { kind: 'register', register: '%r8d', context: 72 }],
    ['1@%r15b', X86, { kind: 'register', register: '%r15b', context: 0 }],
    ['8@%rsp', X86, { kind: 'register', register: '%rsp', context: 152 }],
    ['-4@$-9', X86, { kind: 'constant', value: -9n }],
    ['8@$0x10', X86, { kind: 'constant', value: 16n }],
    ['8@$18446744073709551615', X86, { kind: 'constant', value: 18_446_744_073_709_551_615n }],
    ['-4@-1204(%rbp)', X86, memory('%rbp', 32, -1204)],
    ['8@(%rdx)', X86, memory('%rdx', 96, 0)],
    ['8@8(%rsp,%rcx,4)', X86, memory('%rsp', 152, 8, { index: '%rcx', indexContext: 88, scale: 4 })],
    ['8@(%rsp,%rcx)', X86, memory('%rsp', 152, 0, { index: '%rcx', indexContext: 88 })],
    ['8@counter(%rip)', X86, { kind: 'unknown' }],
    ['8@x3', ARM64, { kind: 'register', register: 'x3', context: 24 }],
    ['4@w30', ARM64, { kind: 'register', register: 'w30', context: 240 }],
    ['8@sp', ARM64, { kind: 'register', register: 'sp', context: 248 }],
    ['-4@-9', ARM64, { kind: 'constant', value: -9n }],
    ['-4@[sp, 60]', ARM64, memory('sp', 248, 60)],
    ['8@[x19]', ARM64, memory('x19', 152, 0)],
    ['8@[x1, x2]', ARM64, memory('x1', 8, 0, { index: 'x2', indexContext: 16 })],
    ['8@a5', RISCV, { kind: 'unknown' }],
  ])('%s on machine %i', ([text, machine, location]) => {
    expect(readUsdtArguments(text, machine)).toEqual([
      {
        text,
        size: Math.abs(Number.parseInt(text, 10)),
        signed: text.startsWith('-'),
        float: false,
        location,
      },
    ])
  })

  test('several in a row, one of them a floating-point number, and none', () => {
    const read = readUsdtArguments('-4@[sp, 60] 8f@d0 8@x1', ARM64)
    expect(read.map(({ text, size, signed, float }) => [text, size, signed, float])).toEqual([
      ['-4@[sp, 60]', 4, true, false],
      ['8f@d0', 8, false, true],
      ['8@x1', 8, false, false],
    ])
    expect(readUsdtArguments('', X86)).toEqual([])
    expect(readUsdtArguments('nonsense', X86)).toEqual([])
  })
})
