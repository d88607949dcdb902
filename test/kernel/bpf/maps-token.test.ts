/** Tokens: a process without capabilities does what a bpffs delegates to it, and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { ATTACH_TYPES, Token } from '../../../src/bpf/index.ts'
import { check, Fd, NR, Pinned, syscall } from '../../../src/sys/index.ts'
import { script } from '../../bundle/script.ts'
import { run } from '../lab.ts'
import { can, needs } from '../needs.ts'
import { outcome, refusal } from './programs.ts'

const FSCONFIG_SET_STRING = 1
const FSCONFIG_CMD_CREATE = 6
const FSMOUNT_CLOEXEC = 1
const MOVE_MOUNT_F_EMPTY_PATH = 4
const AT_FDCWD = -100
const MNT_DETACH = 2

/** What the child may do. */
const DELEGATED = {
  delegate_cmds: 'map_create:prog_load:btf_load',
  delegate_maps: 'array',
  delegate_progs: 'xdp',
  delegate_attachs: 'any',
}

function text(words: string): Pinned {
  const bytes = new TextEncoder().encode(`${words}\0`)
  const pinned = new Pinned(bytes.length)
  pinned.bytes.set(bytes)
  return pinned
}

/** Delegates through the bpffs that another process opened, and mounts it for both to see. */
function delegate(pid: number, number: number, path: string): void {
  const pidfd = Fd.own(check(syscall(NR.pidfd_open, pid, 0), 'pidfd_open'))
  using _ = pidfd
  using context = Fd.own(check(syscall(NR.pidfd_getfd, pidfd.number, number, 0), 'pidfd_getfd'))
  for (const [option, value] of Object.entries(DELEGATED)) {
    const [key, words] = [text(option), text(value)]
    check(
      syscall(NR.fsconfig, context.number, FSCONFIG_SET_STRING, key.address, words.address, 0),
      `fsconfig ${option}`,
    )
  }
  check(syscall(NR.fsconfig, context.number, FSCONFIG_CMD_CREATE, 0, 0, 0), 'fsconfig create')
  using mount = Fd.own(check(syscall(NR.fsmount, context.number, FSMOUNT_CLOEXEC, 0), 'fsmount'))
  const [nowhere, to] = [text(''), text(path)]
  check(
    syscall(NR.move_mount, mount.number, nowhere.address, AT_FDCWD, to.address, MOVE_MOUNT_F_EMPTY_PATH),
    'move_mount',
  )
}

async function line<T>(lines: Interface): Promise<T> {
  const [text] = (await once(lines, 'line')) as [string]
  return JSON.parse(text) as T
}

describe('tokens', needs(), () => {
  test('the first user namespace needs none', () => {
    expect(refusal(() => Token.create('/sys/fs'))).toMatch(/create a token from \/sys\/fs: .*EINVAL .*root of a bpffs/)
    using mounted = new Delegated()
    run(['mount', '-t', 'bpf', 'bpf', mounted.path])
    expect(outcome(() => Token.create(mounted.path))).toBe('EOPNOTSUPP')
  })

  test('what is delegated goes with the token, and only with it', async () => {
    using place = new Delegated()
    const child: ChildProcess = spawn(
      'unshare',
      [
        '-U',
        '-r',
        '-m',
        '--propagation',
        'slave',
        process.execPath,
        ...script(join(import.meta.dirname, 'maps-token-child.ts')),
        place.path,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    try {
      const lines = createInterface({ input: child.stdout! })
      const { pid, fd } = await line<{ pid: number; fd: number }>(lines)
      delegate(pid, fd, place.path)
      child.stdin!.write('\n')
      expect(await line(lines)).toEqual({ mounted: true })
      const told = await line<Record<string, unknown>>(lines)
      expect(told).toMatchObject({
        without: ['EPERM', 'EPERM', 'EPERM'],
        with: ['ok', 'ok', 'ok'],
        otherMap: 'EPERM',
        otherProgram: 'EPERM',
      })
      const info = {
        commands: ['BPF_MAP_CREATE', 'BPF_PROG_LOAD', 'BPF_BTF_LOAD'],
        maps: ['array'],
        programs: ['xdp'],
        attachTypes: Object.keys(ATTACH_TYPES),
      }
      // Before Linux 6.17 a token does not tell what it permits.
      expect(told['info']).toEqual(can('btf:bpf_token_info') === true ? info : undefined)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

/** A folder whose mounts other namespaces see. */
class Delegated implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'token-'))
  readonly path = this.#folder

  constructor() {
    run(['mount', '--bind', this.path, this.path])
    run(['mount', '--make-shared', this.path])
  }

  [Symbol.dispose](): void {
    // umount(8) reads /proc/self/mountinfo, and a bpffs that delegates some commands makes Linux 7.3 shift too far there.
    const path = text(this.path)
    while (syscall(NR.umount2, path.address, MNT_DETACH) === 0);
    rmdirSync(this.#folder)
  }
}
