import { describe, expect, it } from 'vitest'
import {
  Btf,
  BtfExt,
  CORE_POISON,
  CoreError,
  CoreResolver,
  patchCore,
  resolveCore,
  valueCodec,
  type BtfCoreRelo,
  type CoreInstruction,
  type CoreResult,
} from '../../../src/btf/index.ts'
import { bytesOf, idOf, textOf } from './fixtures.ts'

const LD_IMM64 = 0x18
const open = (name: string): Btf => Btf.parse(bytesOf(`${name}.btf`), { name })

/** An object's relocations, by function, with the instruction of each. */
function relocationsOf(build: string): {
  local: Btf
  relos: { where: string; relo: BtfCoreRelo; insn: CoreInstruction }[]
} {
  const local = open(build)
  const ext = BtfExt.parse(bytesOf(`${build}.btf.ext`), local)
  const code = new DataView(bytesOf(`${build}.bin`).buffer)
  const little = local.endian === 'little'
  const functions = ext.funcInfo[0]?.records ?? []
  const relos = (ext.coreRelos[0]?.records ?? []).map((relo, i) => {
    const at = relo.insnOff
    const home = functions.findLast(({ insnOff }) => insnOff <= at)
    const opcode = code.getUint8(at)
    const registers = code.getUint8(at + 1)
    const imm = code.getInt32(at + 4, little)
    const wide =
      BigInt.asUintN(32, BigInt(imm)) | (BigInt(opcode === LD_IMM64 ? code.getUint32(at + 12, little) : 0) << 32n)
    const insn: CoreInstruction = {
      opcode,
      dst: little ? registers & 15 : registers >> 4,
      src: little ? registers >> 4 : registers & 15,
      offset: code.getInt16(at + 2, little),
      imm,
      ...(opcode === LD_IMM64 && { imm64: wide }),
    }
    return { where: `${local.nameOf(home?.typeId ?? 0)} #${i} insn #${(at - (home?.insnOff ?? 0)) / 8}`, relo, insn }
  })
  return { local, relos }
}

const BYTES = { 0x18: 8, 0x10: 1, 0x08: 2, 0x00: 4 } as Record<number, number>

/** What was done to an instruction, in the words of libbpf's log. */
function inWords(where: string, before: CoreInstruction, after: readonly CoreInstruction[]): string[] {
  const [name, number, , index] = where.split(' ')
  const at = Number(index?.slice(1))
  const line = (text: string, insn = at): string =>
    `libbpf: prog '${name}': relo ${number}: ${text.replace('@', `insn #${insn}`)}`
  const [first] = after
  if (first?.imm === CORE_POISON && first.opcode === 0x85)
    return after.map((_, i) => line('substituting @ w/ invalid insn', at + i)).toReversed()
  if (before.imm64 !== undefined) return [line(`patched @ (LDIMM64) imm64 ${before.imm64} -> ${first?.imm64}`)]
  if ((before.opcode & 7) === 7) return [line(`patched @ (ALU/ALU64) imm ${before.imm} -> ${first?.imm}`)]
  const lines = [line(`patched @ (LDX/ST/STX) off ${before.offset} -> ${first?.offset}`)]
  const sizes = [before, first].map((insn) => BYTES[(insn?.opcode ?? 0) & 0x18])
  if (sizes[0] !== sizes[1]) lines.push(line(`patched @ (LDX/ST/STX) mem_sz ${sizes.join(' -> ')}`))
  return lines
}

describe('against libbpf', () => {
  it('does to each instruction what libbpf does', () => {
    const theirs = textOf('core.19.el.libbpf.txt')
      .split('\n')
      .filter((line) => /: (patched|substituting)/.test(line))
    const { local, relos } = relocationsOf('core.19.el')
    const resolver = new CoreResolver(local, { main: [open('new.el')] })
    const ours = relos.flatMap(({ where, relo, insn }) => inWords(where, insn, patchCore(insn, resolver.resolve(relo))))
    expect(ours.length).toBeGreaterThan(140)
    expect(ours).toEqual(theirs)
  })

  it('reads the accesses that libbpf reads', () => {
    const theirs = [
      ...textOf('core.19.el.libbpf.txt').matchAll(
        /relo #(\d+): <(\w+)> \[\d+\] (?:struct|union|typedef|enum64|enum) ([^ :\n]+)(?:::(\w+) =)?/g,
      ),
    ]
    const { local, relos } = relocationsOf('core.19.el')
    const ours = relos.map(({ relo }) => resolveCore(local, relo, { main: [] }))
    const names: Record<string, string> = {
      byte_off: 'byte_off',
      local_type_id: 'type_id_local',
      target_type_id: 'type_id_target',
    }
    expect(ours.map(({ kind, access }) => [kind, access.replace(/^(enum|union) /, '')])).toEqual(
      theirs.map(([, , kind = '', type, enumerator]) => [
        names[kind] ?? kind,
        enumerator === undefined ? type : `${type}.${enumerator}`,
      ]),
    )
  })
})

describe.each(['14.el', '14.eb', '19.el', '19.eb'])('%s', (build) => {
  const { local, relos } = relocationsOf(`core.${build}`)
  const endian = build.slice(3)
  const target = open(`new.${endian}`)
  const results = relos.map(({ relo }) => resolveCore(local, relo, { main: [target] }))

  it('comes to the same values in both byte orders, but for the places of bits', () => {
    const twin = relocationsOf(`core.${build.replace('eb', 'el')}`)
    const theirs = twin.relos.map(({ relo }) => resolveCore(twin.local, relo, { main: [open('new.el')] }))
    const essence = ({ kind, access, status, value, size }: CoreResult) => ({
      kind,
      access,
      status,
      size,
      value: kind === 'lshift_u64' || kind.startsWith('type_id') || access.startsWith('fields.') ? 0n : value,
    })
    expect(results.map(essence)).toEqual(theirs.map(essence))
    expect(results.filter(({ status }) => status === 'failed')).toEqual([])
  })

  it('reads bitfields with the offset, size and shifts it came to', () => {
    const data = bytesOf(`new.${endian}.fields.bin`)
    const little = endian === 'el'
    const view = new DataView(data.buffer)
    const whole = valueCodec<Record<string, number | bigint>>(target, idOf(target, 'fields', 'struct')).decode(data)
    const seen = ['lo', 'mid', 'hi', 'whole', 'plain'].map((field) => {
      const [offset, size, , isSigned, left, right] = results
        .filter(({ access }) => access === `fields.${field}`)
        .map(({ value }) => Number(value))
      if (offset === undefined || size === undefined || left === undefined || right === undefined)
        throw new Error(field)
      let word = 0n
      for (let i = 0; i < size; i++) word = (word << 8n) | BigInt(view.getUint8(offset + (little ? size - 1 - i : i)))
      const top = BigInt.asUintN(64, word << BigInt(left))
      return [field, isSigned ? BigInt.asIntN(64, top) >> BigInt(right) : top >> BigInt(right)]
    })
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(['lo', 'mid', 'hi', 'whole', 'plain'].map((field) => [field, BigInt(whole[field] ?? 0)])),
    )
    expect(whole).toMatchObject({ lo: 2, mid: 300, whole: 21, plain: 0x54321, hi: 0x1234567890n })
  })
})

describe('several targets', () => {
  const { local, relos } = relocationsOf('core.19.el')
  const [newer, older] = [open('new.el'), open('old.el')]
  const relo = (type: string, accessStr: string, kind = 0): BtfCoreRelo => ({
    insnOff: 0,
    typeId: idOf(local, type),
    accessStr,
    kind,
  })

  it('asks the modules once, and only for what the kernel has not', () => {
    let asked = 0
    const modules = (): Btf[] => [(asked++, older)]
    const resolver = new CoreResolver(local, { main: [newer], modules })
    expect(resolver.resolve(relo('basic', '0:0')).value).toBe(40n)
    expect(asked).toBe(0)
    const found = resolver.resolve(relo('in_module', '0', 8))
    expect(found).toMatchObject({ status: 'resolved', value: 1n, target: older, candidates: [{ target: 'old.el' }] })
    expect(resolver.resolve(relo('gone', '0', 8)).value).toBe(0n)
    expect(asked).toBe(1)
  })

  it('refuses answers that contradict each other', () => {
    const contradiction = resolveCore(local, relo('twins', '0:1'), { main: [newer] })
    expect(contradiction.status).toBe('failed')
    expect(contradiction.reason).toMatch(
      /^ambiguous: twins \[\d+\] of new\.el says 4 \(bit 32\), twins___2 \[\d+\] of new\.el says 16 \(bit 128\)$/,
    )
    expect(resolveCore(local, relo('twins', '0:0'), { main: [newer] })).toMatchObject({ status: 'resolved', value: 0n })
    expect(resolveCore(local, relo('basic', '0:0'), { main: [newer, older] }).reason).toMatch(/^ambiguous/)
    expect(() => patchCore({ opcode: 0x61, dst: 0, src: 1, offset: 4, imm: 0 }, contradiction)).toThrow(CoreError)
  })

  it('sticks to the targets that fitted before', () => {
    const resolver = new CoreResolver(local, { main: [older, newer] })
    // Only the older one has this; what follows is not looked for in the newer one.
    expect(resolver.resolve(relo('renamed___before', '0:0')).target).toBe(older)
    expect(resolver.resolve(relo('renamed___after', '0:0')).target).toBe(newer)
    expect(resolver.resolve(relo('inner', '0:1')).target).toBe(newer)
    expect(resolver.resolve(relo('inner', '0:0'))).toMatchObject({ target: newer, value: 12n })
  })

  it('says what was tried, and why it did not fit', () => {
    const tell = (type: string, access: string, kind = 0, main = [newer]) =>
      resolveCore(local, relo(type, access, kind), { main })
    expect(tell('half', '0:1')).toMatchObject({
      status: 'poisoned',
      access: 'half.goes',
      candidates: [{ target: 'new.el', type: 'half', why: 'it has no member goes' }],
    })
    expect(tell('half', '0:1').reason).toMatch(/^half\.goes is not in new\.el: half \[\d+\]: it has no member goes$/)
    expect(tell('gone', '0:0').reason).toBe('no target has a type called gone')
    const whys = (type: string, access: string, kind = 0, main = [newer]) =>
      tell(type, access, kind, main).candidates.map(({ why }) => why)
    expect(whys('changed', '0:0')).toEqual(['number is of kind struct, not int'])
    expect(whys('changed', '0:1:1')).toEqual(['array is of kind ptr, not array'])
    expect(whys('changed', '0:2:4')).toEqual(['many has 4 elements, too few for index 4'])
    expect(whys('basic', '0:3:1', 0, [older])).toEqual(['it has no member in'])
    expect(whys('narrow', '2', 11)).toEqual(['it has no enumerator NARROW_GONE'])
    expect(whys('shape_lost', '0', 12)).toEqual(['it does not have all of the local type'])
    expect(whys('function_t', '0', 8, [older])).toEqual(['it is another kind of type'])
    expect(tell('choice', '0', 8, [older]).candidates).toEqual([]) // a struct, where the program has a union
  })

  it('resolves flavours', () => {
    expect(resolveCore(local, relo('renamed___after', '0:0'), { main: [newer] })).toMatchObject({
      access: 'renamed___after.new_name',
      candidates: [{ type: 'renamed', access: 'renamed.new_name', bitOffset: 64 }],
    })
  })

  it.each([
    ['', 0, 'access string "" is malformed'],
    [':0', 0, 'access string ":0" is malformed'],
    ['0:', 0, 'access string "0:" is malformed'],
    ['0:-1', 0, 'access string "0:-1" is malformed'],
    ['0:99', 0, 'struct basic has no member 99'],
    ['0:0:0', 0, 'access string 0:0:0 goes into a int'],
    ['0:4:4', 0, 'index 4 is past the 4 elements of the array'],
    [Array(65).fill('0').join(':'), 0, 'access string has 65 steps, more than 64'],
    ['0:0', 8, 'access string "0:0" is not that of a type'],
    ['0', 10, 'a struct has no enumerators'],
    ['0', 13, 'relocation kind 13 is not known'],
    ['0:4:1', 3, 'signed cannot be asked of an element of an array'],
  ])('fails on %j, kind %i: %s', (access, kind, reason) => {
    expect(resolveCore(local, relo('basic', access, kind), { main: [newer] })).toMatchObject({
      status: 'failed',
      reason,
    })
  })

  it('never throws for types that do not exist', () => {
    expect(resolveCore(local, { insnOff: 0, typeId: 100000, accessStr: '0', kind: 8 }, { main: [newer] }).status).toBe(
      'failed',
    )
  })

  it('leaves the types of an object alone', () => {
    expect(relos.length).toBeGreaterThan(100)
    expect(local.count).toBe(open('core.19.el').count)
  })
})

describe('patching', () => {
  const { local, relos } = relocationsOf('core.19.el')
  const target = open('new.el')
  const load = relos[0]!
  const result = resolveCore(local, load.relo, { main: [target] })

  it('keeps what else it knows of the instruction', () => {
    const insn = { ...load.insn, symbol: 'start', source: { line: 5 } }
    expect(patchCore(insn, result)).toEqual([{ ...insn, offset: 40 }])
    expect(insn.offset).toBe(0)
  })

  it.each([
    [{ offset: 4 }, "basic.a (byte_off): the instruction holds 4, not the 0 of the program's own types"],
    [{ opcode: 0x0f }, 'the instruction takes a register, which cannot be relocated'],
    [{ opcode: 0x95 }, 'opcode 0x95 takes no relocation'],
    [{ opcode: 0x30 }, 'the instruction loads no plain 64-bit number'],
  ])('refuses %j', (change, message) => {
    expect(() => patchCore({ ...load.insn, ...change }, result)).toThrow(message)
  })

  it('refuses offsets that no instruction holds', () => {
    expect(() => patchCore(load.insn, { ...result, value: 32768n })).toThrow('offset 32768 is more than the 32767')
    expect(patchCore(load.insn, { ...result, value: 32767n })[0]?.offset).toBe(32767)
    expect(() => patchCore(load.insn, { ...result, originalSize: 2, size: 4 })).toThrow('does not access the 2 bytes')
    expect(() => patchCore(load.insn, { ...result, originalSize: 4, size: 3 })).toThrow(
      'no instruction accesses 3 bytes',
    )
  })

  it.each(['14.el', '14.eb', '19.el', '19.eb'])('keeps unsigned enumerators unsigned, %s', (build) => {
    const { local, relos } = relocationsOf(`flags.${build}`)
    const top = relos.findLast(({ relo }) => relo.kind === 11)!
    const main = [open(`new.${build.slice(3)}`)]
    expect(top.insn.imm64).toBe(0x80000000n)
    expect(patchCore(top.insn, resolveCore(local, top.relo, { main }))[0]).toMatchObject({ imm64: 0x90000000n })
  })
})
