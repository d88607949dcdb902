/**
 * A socket filter that keeps routes of other tables out of a monitor's buffer: a router with a million of them elsewhere costs it nothing.
 *
 * @module
 */
import { littleEndian } from '../../../codec/index.ts'
import { check, keepAlive, NR, Pinned, putAddress, syscall } from '../../../sys/index.ts'
import { NLMSG_HDRLEN } from '../../constants.ts'
import { TABLES } from '../names.ts'
import { ROUTE } from '../operations.ts'
import type { TableRef } from '../routes.ts'

const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26

/** Instructions of the classic BPF (`BPF_LD | BPF_H | BPF_ABS`, …). */
const LD_HALF = 0x28
const LD_BYTE = 0x30
const LD_WORD = 0x20
const LD_WORD_X = 0x40
const LD_NUMBER = 0x00
const LDX_NUMBER = 0x01
const TAX = 0x07
const JUMP_EQUAL = 0x15
const RETURN = 0x06

/** `SKF_AD_OFF + SKF_AD_NLATTR`: finds an attribute from A on, of the type in X; A is then where it lies, or 0. */
const FIND_ATTRIBUTE = (-0x1000 + 12) >>> 0
const NLMSG_TYPE = 4
const RTM_TABLE = NLMSG_HDRLEN + 4
const ATTRIBUTES = NLMSG_HDRLEN + 12
const RTA_TABLE = 15
const ALL = 0xffff_ffff

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, k: number]

const numberOf = (table: TableRef): number => (typeof table === 'number' ? table : TABLES[table])

/** The filter loads in network order what stands there in the order of the host. */
const half = (value: number): number => (littleEndian ? ((value & 0xff) << 8) | (value >>> 8) : value)
const word = (value: number): number => {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value, littleEndian)
  return view.getUint32(0, false)
}

/** Accepts every message but those of routes in tables that are not among these. */
export function tableFilter(tables: readonly TableRef[]): Instruction[] {
  const numbers = tables.map(numberOf)
  const low = numbers.filter((number) => number < 256)
  const accept: Instruction = [RETURN, 0, 0, ALL]
  const compare = (values: readonly number[]): Instruction[] =>
    // each that is equal jumps over the rest and the refusal
    values.map((value, i): Instruction => [JUMP_EQUAL, values.length - i, 0, value])
  const byHeader: Instruction[] = [[LD_BYTE, 0, 0, RTM_TABLE], ...compare(low), [RETURN, 0, 0, 0], accept]
  const byAttribute: Instruction[] = [
    [TAX, 0, 0, 0],
    [LD_WORD_X, 0, 0, 4],
    ...compare(numbers.map(word)),
    [RETURN, 0, 0, 0],
    accept,
  ]
  return [
    [LD_HALF, 0, 0, NLMSG_TYPE],
    [JUMP_EQUAL, 2, 0, half(ROUTE.new.type)],
    [JUMP_EQUAL, 1, 0, half(ROUTE.del.type)],
    accept,
    [LD_NUMBER, 0, 0, ATTRIBUTES],
    [LDX_NUMBER, 0, 0, RTA_TABLE],
    [LD_WORD, 0, 0, FIND_ATTRIBUTE],
    // the attribute has every number; without it the header has it
    [JUMP_EQUAL, 0, byHeader.length, 0],
    ...byHeader,
    ...byAttribute,
  ]
}

/** Puts a filter on a socket. */
export function attachFilter(fd: number, program: readonly Instruction[]): void {
  const code = new Pinned(program.length * 8)
  for (const [i, [op, whenTrue, whenFalse, k]] of program.entries()) {
    code.view.setUint16(i * 8, op, littleEndian)
    code.view.setUint8(i * 8 + 2, whenTrue)
    code.view.setUint8(i * 8 + 3, whenFalse)
    code.view.setUint32(i * 8 + 4, k, littleEndian)
  }
  // struct sock_fprog
  const head = new Pinned(16)
  head.view.setUint16(0, program.length, littleEndian)
  putAddress(head.view, 8, code.address)
  const result = syscall(NR.setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, head.address, 16)
  keepAlive([code, head])
  check(result, 'setsockopt(SO_ATTACH_FILTER)', 'keep routes of other tables out')
}
