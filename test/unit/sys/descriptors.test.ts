import { spawnSync } from 'node:child_process'
import { mkdtempSync, readlinkSync, rmSync, writeFileSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  arena,
  check,
  ClosedError,
  Fd,
  FdWatcher,
  Mapping,
  NR,
  openDescriptors,
  release,
  syscall,
  take,
} from '../../../src/sys/index.ts'

const EFD_CLOEXEC = 0o2000000

const eventfd = (): Fd => Fd.own(check(syscall(NR.eventfd2, 0, EFD_CLOEXEC), 'eventfd2'))

function signal(fd: Fd): void {
  const at = take(8)
  arena.view.setBigUint64(at, 1n, true)
  check(syscall(NR.write, fd.number, arena.address + at, 8), 'write')
  release(at)
}

function drain(fd: Fd): number {
  const at = take(8)
  const result = syscall(NR.read, fd.number, arena.address + at, 8)
  release(at)
  return result
}

const isOpen = (number: number): boolean => {
  try {
    readlinkSync(`/proc/self/fd/${number}`)
    return true
  } catch {
    return false
  }
}

describe('a descriptor', () => {
  it('is closed once, and its number cannot be read any more', () => {
    const before = openDescriptors()
    const fd = eventfd()
    const { number } = fd
    expect(openDescriptors()).toBe(before + 1)
    expect(isOpen(number)).toBe(true)
    fd.close()
    expect(isOpen(number)).toBe(false)
    const other = eventfd()
    fd.close()
    expect(isOpen(other.number)).toBe(true)
    other.close()
    expect(openDescriptors()).toBe(before)
    expect(() => fd.number).toThrow(ClosedError)
    expect(fd.closed).toBe(true)
  })

  it('is closed by `using`, by closeAsync and by `await using`', async () => {
    let number: number
    {
      using fd = eventfd()
      number = fd.number
    }
    expect(isOpen(number)).toBe(false)
    const fd = eventfd()
    number = fd.number
    const closing = fd.closeAsync()
    expect(fd.closed).toBe(true)
    await closing
    expect(isOpen(number)).toBe(false)
  })

  it('can be duplicated and given away', () => {
    using fd = eventfd()
    using copy = fd.dup()
    expect(copy.number).not.toBe(fd.number)
    const number = copy.disown()
    expect(copy.closed).toBe(true)
    expect(isOpen(number)).toBe(true)
    syscall(NR.close, number)
  })

  it('is never below 3: bpf(2) takes 0 for none', () => {
    // A child, so that its standard streams can be closed.
    const script = `
      const { Fd, NR, syscall } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/sys/index.ts'))})
      syscall(NR.close, 0)
      const number = syscall(NR.eventfd2, 0, 0)
      const fd = Fd.own(number)
      process.stdout.write(JSON.stringify([number, fd.number >= 3, syscall(NR.close, 0)]))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([0, true, -9])
  })
})

describe('a mapping', () => {
  it('shows a file, and is gone after close', () => {
    const folder = mkdtempSync(join(tmpdir(), 'netkit-'))
    writeFileSync(join(folder, 'file'), new Uint8Array(4096).fill(7))
    using fd = Fd.own(openSync(join(folder, 'file'), 'r+'))
    const mapping = new Mapping(fd.number, 4096, { write: true })
    const kept = mapping.bytes
    expect(kept[4095]).toBe(7)
    kept[0] = 9
    using second = new Mapping(fd.number, 4096)
    expect(second.bytes[0]).toBe(9)
    mapping.close()
    mapping.close()
    expect(() => mapping.bytes).toThrow(ClosedError)
    // Node 22 and later detach the views that are still held; Node 20 cannot, and they show zeros.
    expect('transfer' in ArrayBuffer.prototype ? kept.length : kept[0]).toBe(0)
    kept[1] = 5
    expect(second.bytes[1]).toBe(7)
    expect(() => new Mapping(fd.number, 0)).toThrow(/mmap: EINVAL/)
    rmSync(folder, { recursive: true })
  })

  it('stands again where closed ones stood, whoever still holds views of those', () => {
    const folder = mkdtempSync(join(tmpdir(), 'netkit-'))
    const page = 4096
    writeFileSync(join(folder, 'file'), new Uint8Array(4 * page).fill(7))
    using fd = Fd.own(openSync(join(folder, 'file'), 'r+'))
    const first = new Mapping(fd.number, 4 * page)
    const { address, bytes: kept } = first
    first.close()
    // The same place, a part of it, and more than there was.
    for (const [from, pages] of [
      [0, 4],
      [1, 2],
      [2, 2],
      [0, 3],
      [0, 4],
    ] as const) {
      using again = new Mapping(fd.number, pages * page, { address: address + from * page })
      expect(again.address).toBe(address + from * page)
      expect(again.bytes[pages * page - 1]).toBe(7)
      expect(() => new Mapping(fd.number, page, { address: again.address })).toThrow('EEXIST')
    }
    expect(kept[0] ?? 0).toBe(0)
    rmSync(folder, { recursive: true })
  })
})

describe('readiness: the seven traps of uv_poll through koffi', () => {
  it('1: tells the status, 0 when all is well', async () => {
    using fd = eventfd()
    const status = await new Promise((resolve) => {
      const watcher = new FdWatcher(fd.number, (s) => {
        watcher.close()
        resolve(s)
      })
      signal(fd)
    })
    expect(status).toBe(0)
  })

  it('2: promises run on after it though nothing else wakes the loop', async () => {
    using fd = eventfd()
    let wake: () => void = () => {}
    const watcher = new FdWatcher(fd.number, () => {
      drain(fd)
      wake()
    })
    for (let i = 0; i < 20; i++) {
      const next = new Promise<void>((resolve) => {
        wake = resolve
      })
      signal(fd)
      await next
    }
    watcher.close()
    expect(watcher.closed).toBe(true)
  })

  it('3: an error thrown in the callback is an uncaught exception, not a dead loop', () => {
    const script = `
      const { FdWatcher, NR, syscall, take, arena } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/sys/index.ts'))})
      const fd = syscall(NR.eventfd2, 1, 0)
      const watcher = new FdWatcher(fd, () => { watcher.close(); throw new Error('thrown inside') })
      process.on('uncaughtException', (error) => { process.stdout.write(error.message); process.exit(7) })`
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 15_000,
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    expect([child.status, child.stdout]).toEqual([7, 'thrown inside'])
  })

  it('4: every call after close does nothing', () => {
    using fd = eventfd()
    const watcher = new FdWatcher(fd.number, () => {})
    watcher.close()
    watcher.close()
    expect(watcher.ref()).toBe(watcher)
    expect(watcher.unref()).toBe(watcher)
  })

  it('5: a second watcher of one descriptor is refused, where libuv would abort the process', () => {
    using fd = eventfd()
    using first = new FdWatcher(fd.number, () => {})
    expect(() => new FdWatcher(fd.number, () => {})).toThrow(/watched already/)
    first.close()
    using again = new FdWatcher(fd.number, () => {})
    expect(again.closed).toBe(false)
  })

  it('6: it goes on though nobody holds the watcher', async () => {
    using fd = eventfd()
    const called = new Promise<number>((resolve) => {
      // Only the callback knows the watcher: a cycle that a collector would take.
      const watcher = new FdWatcher(fd.number, (status) => {
        watcher.close()
        resolve(status)
      })
    })
    for (let i = 0; i < 5; i++) {
      globalThis.gc?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    signal(fd)
    expect(await called).toBe(0)
  })

  it('7: the descriptor is non-blocking, so reading until EAGAIN ends', async () => {
    using fd = eventfd()
    const results = await new Promise<number[]>((resolve) => {
      const watcher = new FdWatcher(fd.number, () => {
        const read = [drain(fd), drain(fd)]
        watcher.close()
        resolve(read)
      })
      signal(fd)
    })
    expect(results).toEqual([8, -11])
  })
})
