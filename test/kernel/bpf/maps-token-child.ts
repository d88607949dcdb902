/**
 * A process in a user namespace of its own, without any capability outside of it. It opens a bpffs, lets who started it delegate, and says in
 * lines of JSON what it could do with a token, and what without.
 */
import { existsSync } from 'node:fs'
import { exit, mov } from '../../../src/asm/index.ts'
import { BtfBuilder } from '../../../src/btf/index.ts'
import { BpfMap, loadBtf, Program, Token, u32Codec } from '../../../src/bpf/index.ts'
import { check, KernelError, NR, Pinned, syscall } from '../../../src/sys/index.ts'

const FSOPEN_CLOEXEC = 1

const [path = ''] = process.argv.slice(2)

function outcome(attempt: () => unknown): string {
  try {
    attempt()
    return 'ok'
  } catch (error) {
    return error instanceof KernelError ? error.code : String(error)
  }
}

const say = (value: unknown): unknown => process.stdout.write(`${JSON.stringify(value)}\n`)

/** Opens a bpffs of this namespace, which is nowhere yet: its number goes to who delegates. */
function open(): number {
  const name = new Pinned(4)
  name.bytes.set(new TextEncoder().encode('bpf\0'))
  return check(syscall(NR.fsopen, name.address, FSOPEN_CLOEXEC), 'fsopen')
}

function use(): void {
  const builder = new BtfBuilder()
  builder.add({ kind: 'float', name: 'double', size: 8 })
  const map = (tokenFd?: number) => BpfMap.create({ type: 'array', maxEntries: 1, value: u32Codec, tokenFd })
  const instructions = [mov('r0', 0), exit()]
  const program = (tokenFd?: number) => Program.load({ type: 'xdp', instructions, license: 'GPL', tokenFd }).close()
  const types = (tokenFd?: number) => loadBtf(builder.build(), { tokenFd }).close()
  using token = Token.create(path)
  const { number } = token.fd
  say({
    without: [outcome(() => map().close()), outcome(() => program()), outcome(() => types())],
    with: [outcome(() => map(number).close()), outcome(() => program(number)), outcome(() => types(number))],
    otherMap: outcome(() =>
      BpfMap.create({ type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1, tokenFd: number }).close(),
    ),
    otherProgram: outcome(() => Program.load({ type: 'sched_cls', instructions, tokenFd: number }).close()),
    info: outcome(() => token.info()) === 'ok' ? token.info() : undefined,
  })
  token.close()
  token.close()
}

say({ pid: process.pid, fd: open() })
process.stdin.once('data', () => {
  say({ mounted: existsSync(path) })
  use()
  process.stdin.destroy()
})
