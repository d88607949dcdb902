import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { add, callKfunc, exit, ldMapValue, mov, st } from '../../../../src/asm/index.ts'
import { BpfMap, Program } from '../../../../src/bpf/index.ts'
import { KernelTypes } from '../../../../src/bpf/kernel-types.ts'
import { ProgramStream } from '../../../../src/bpf/readers/index.ts'
import { errnoName } from '../../../../src/sys/index.ts'
import { can, needs } from '../../needs.ts'

const BPF_F_RDONLY_PROG = 1 << 7

/**
 * What prints. Where both names are there (7.x), the one that ends in `_impl` is no more than a type: the kernel gives the other its last
 * argument by itself.
 */
const PRINTK = can('btf:bpf_stream_vprintk') === true ? 'bpf_stream_vprintk' : 'bpf_stream_vprintk_impl'

/** A program that prints `n is 7` and the end of a line to a stream, each time it is run. */
function printer(stream: number): Program {
  using kernel = new KernelTypes()
  using format = BpfMap.create({
    type: 'array',
    keySize: 4,
    valueSize: 16,
    maxEntries: 1,
    flags: BPF_F_RDONLY_PROG,
  })
  const text = new Uint8Array(16)
  text.set(new TextEncoder().encode('n is %d\n'))
  format.set(0, text)
  format.freeze()
  return Program.load({
    type: 'syscall',
    name: 'printer',
    license: 'GPL',
    flags: 1 << 4, // BPF_F_SLEEPABLE
    instructions: [
      mov('r1', stream),
      ldMapValue('r2', format.fd.number),
      mov('r3', 'r10'),
      add('r3', -8),
      st('u64', 'r10', -8, 7),
      mov('r4', 8),
      mov('r5', 0),
      callKfunc(kernel.find(PRINTK, 'func')?.id ?? 0),
      exit(),
    ],
  })
}

/** Why nothing can be printed here, where the kernel has streams and gives programs no memory for what they print. */
function printless(): string | undefined {
  using program = printer(1)
  const { returnValue } = program.run()
  return returnValue < 0 ? `the kernel prints nothing for programs: ${errnoName(returnValue)}` : undefined
}

const needed = needs('btf:BPF_PROG_STREAM_READ_BY_FD')
const reason = needed.skip ? undefined : printless()
const options = reason === undefined ? needed : { skip: true, meta: { lacks: [{ capability: 'streams', reason }] } }

describe('a program’s streams', options, () => {
  test('are read once, as bytes or text', () => {
    using program = printer(1)
    const [out, err] = [new ProgramStream(program, 'stdout'), new ProgramStream(program, 'stderr')]
    expect(out.read()).toEqual(new Uint8Array(0))
    program.run()
    program.run()
    expect(out.text()).toBe('n is 7\nn is 7\n')
    expect(out.text()).toBe('')
    expect(err.text()).toBe('')
  })

  test('give all at once what is more than one reading takes', () => {
    using program = printer(2)
    for (let i = 0; i < 3000; i++) program.run()
    expect(new ProgramStream(program, 'stderr').read()).toHaveLength(7 * 3000)
  })

  test('are followed line by line, until the signal or the end of the program', async () => {
    using program = printer(1)
    const stream = new ProgramStream(program, 'stdout')
    program.run()
    const lines = stream.lines({ interval: 5 })
    expect((await lines.next()).value).toBe('n is 7')
    const next = lines.next()
    await sleep(1)
    program.run()
    expect((await next).value).toBe('n is 7')

    const enough = new Error('enough')
    const abort = new AbortController()
    const chunks = stream.chunks({ signal: abort.signal })
    const aborted = chunks.next()
    abort.abort(enough)
    await expect(aborted).rejects.toBe(enough)

    const last = lines.next()
    program.close()
    expect(await last).toEqual({ done: true, value: undefined })
  })
})
