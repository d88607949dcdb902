import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { expect, test } from 'vitest'

import { NetNs } from '../../../src/netns/index.ts'
import { KernelError } from '../../../src/sys/index.ts'
import { importing } from '../../bundle/script.ts'
import { Lab, run } from '../lab.ts'
import { needs } from '../needs.ts'

const HERE = '/proc/thread-self/ns/net'
const here = (): string => readlinkSync(HERE)
const devices = (): string[] =>
  readFileSync('/proc/thread-self/net/dev', 'utf8')
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]!.trim())
    .filter((name) => name !== '')

const caught = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

const unique = `netkit-test-${process.pid}`

test('a named namespace is what `ip netns` makes', needs('root'), () => {
  using ns = NetNs.create(unique)
  expect(run('ip netns list').stdout).toContain(unique)
  expect(NetNs.list()).toContain(unique)
  expect(JSON.parse(run(['ip', '-n', unique, '-j', 'link', 'show']).stdout)).toMatchObject([{ ifname: 'lo' }])
  expect(run(['stat', '-c', '%i', `/run/netns/${unique}`]).stdout.trim()).toBe(`${ns.inode}`)
  expect(run(['ip', 'netns', 'exec', unique, 'readlink', '/proc/self/ns/net']).stdout).toBe(`net:[${ns.inode}]\n`)
  // Shared, so that a deletion reaches the copies of other mount namespaces.
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toMatch(/ \/run\/netns \S+ shared:/)
})

test('dispose deletes what was created and only closes what was opened', needs('root'), () => {
  using lab = Lab.create()
  {
    using ns = NetNs.open(lab.name)
    expect(ns.closed).toBe(false)
  }
  expect(NetNs.list()).toContain(lab.name)
  {
    using _ = NetNs.create(unique)
  }
  expect(NetNs.list()).not.toContain(unique)
})

test('a name that is taken is refused and stays as it was', needs('root'), () => {
  using first = NetNs.create(unique)
  const error = caught(() => NetNs.create(unique))
  expect(error).toBeInstanceOf(KernelError)
  expect(error).toMatchObject({ code: 'EEXIST', message: expect.stringContaining(unique) })
  using again = NetNs.open(unique)
  expect(again.equals(first)).toBe(true)
})

test('a name cannot lead out of the directory', needs('root'), () => {
  for (const name of ['', '.', '..', '../x', 'a/b', 'a\0b']) {
    expect(() => NetNs.create(name)).toThrow(TypeError)
    expect(() => NetNs.open(name)).toThrow(TypeError)
    expect(() => NetNs.delete(name)).toThrow(TypeError)
  }
})

test('one namespace by name, path, process and descriptor', needs('root'), async () => {
  using lab = Lab.create()
  using byName = NetNs.open(lab.name)
  const child = byName.spawn('sleep', ['60'])
  const file = openSync(lab.path, 'r')
  try {
    using byPath = NetNs.open({ path: lab.path })
    using byPid = NetNs.open({ pid: child.pid! })
    using byFd = NetNs.open({ fd: file })
    using here = NetNs.current()
    for (const other of [byPath, byPid, byFd]) expect(other.equals(byName)).toBe(true)
    expect(here.equals(byName)).toBe(false)
    expect([byName.name, byPath.name]).toEqual([lab.name, undefined])
    expect(byFd.fd).not.toBe(file)
  } finally {
    closeSync(file)
    child.kill('SIGKILL')
    await once(child, 'close')
  }
})

test('what is no network namespace is refused by name', needs('root'), () => {
  expect(caught(() => NetNs.open('no-such-namespace'))).toMatchObject({ code: 'ENOENT', hint: /no-such|there are/ })
  expect(caught(() => NetNs.open({ pid: 4_000_000 }))).toMatchObject({ code: 'ENOENT', hint: 'no such process' })
  expect(caught(() => NetNs.open({ path: '/etc/passwd' }))).toMatchObject({
    code: 'ENOTTY',
    message: expect.stringContaining('it is no namespace'),
  })
  expect(caught(() => NetNs.open({ path: '/proc/self/ns/mnt' }))).toMatchObject({
    code: 'EINVAL',
    message: expect.stringContaining('another kind'),
  })
  expect(() => NetNs.open({ pid: -1 })).toThrow(TypeError)
  expect(caught(() => NetNs.open({ fd: 9_999 }))).toMatchObject({ code: 'EBADF' })
  expect(caught(() => NetNs.delete('no-such-namespace'))).toMatchObject({ code: 'ENOENT' })
})

test('a leftover file without a mount is explained when opened, and can be deleted', needs('root'), () => {
  NetNs.create(unique).delete()
  writeFileSync(`/run/netns/${unique}`, '')
  expect(caught(() => NetNs.open(unique))).toMatchObject({ hint: expect.stringContaining('delete it') })
  NetNs.delete(unique)
  expect(NetNs.list()).not.toContain(unique)
})

test('run is inside for one call and back after it, also when it throws or nests', needs('root'), () => {
  const home = here()
  using one = NetNs.create()
  using two = NetNs.create()
  expect(one.run(() => [here(), two.run(here), here()])).toEqual([one, two, one].map((ns) => `net:[${ns.inode}]`))
  expect(one.run(devices)).toEqual(['lo'])
  expect(here()).toBe(home)
  expect(() =>
    one.run(() => {
      throw new RangeError('inside')
    }),
  ).toThrow(RangeError)
  expect(here()).toBe(home)
})

test('run refuses what would go on outside', needs('root'), () => {
  using ns = NetNs.create()
  let ran = false
  const asynchronous = async (): Promise<void> => {
    ran = true
    await Promise.resolve()
  }
  // @ts-expect-error -- and so does the compiler
  expect(() => ns.run(asynchronous)).toThrow(/synchronous/)
  expect(ran).toBe(false)
  // @ts-expect-error -- a function that gives a promise without being declared async
  expect(() => ns.run(() => Promise.resolve(1))).toThrow(/synchronous/)
})

test('a socket made inside stays inside; a host to look up makes it outside', needs('root'), async () => {
  using ns = NetNs.create()
  const listening = (): string => readFileSync('/proc/thread-self/net/tcp6', 'utf8')
  const line = (server: Server): string => {
    const { port } = server.address() as { port: number }
    return `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000000000000000000000000000:0000 0A`
  }
  const inside = ns.run(() => createServer().listen(0))
  await once(inside, 'listening')
  expect(ns.run(listening)).toContain(line(inside))
  // Node looks the host up on a later tick, and makes the socket then: what the documentation of run() warns of.
  const outside = ns.run(() => createServer().listen(0, '::1'))
  await once(outside, 'listening')
  expect(ns.run(listening)).not.toContain(line(outside))
  expect(listening()).toContain(line(outside))
  for (const server of [inside, outside]) {
    server.close()
    await once(server, 'close')
  }
})

test('a child is born inside, and its own children too', needs('root'), async () => {
  using ns = NetNs.create()
  const child = ns.spawn('sh', ['-c', 'readlink /proc/self/ns/net; cat /proc/self/net/dev | tail -n +3 | cut -d: -f1'])
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(child, 'close')
  expect(text.split('\n').map((line) => line.trim())).toEqual([`net:[${ns.inode}]`, 'lo', ''])
  const missing = ns.spawn('/no/such/program', [], { stdio: 'ignore' })
  const [error] = (await once(missing, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ENOENT')
})

test('a child that has ended pins nothing: the other end of its namespace goes', needs('root'), async () => {
  using lab = Lab.create()
  const ns = NetNs.create(unique)
  lab.ip(`link add here type veth peer name there netns ${unique}`)
  const child = ns.spawn('cat')
  ns.delete()
  // Alive: the process is in it, and so are the sockets of its pipes.
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(lab.link('here')).toBeDefined()
  child.stdin.end()
  child.stdout.resume()
  child.stderr.resume()
  await once(child, 'close')
  const gone = async (): Promise<boolean> => {
    for (let tries = 0; tries < 100; tries++) {
      if (lab.link('here') === undefined) return true
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return false
  }
  expect(await gone()).toBe(true)
})

test('an open handle keeps a deleted namespace; closing it lets it go', needs('root'), async () => {
  using lab = Lab.create()
  const ns = NetNs.create(unique)
  const held = NetNs.open(unique)
  lab.ip(`link add here type veth peer name there netns ${unique}`)
  await ns.deleteAsync()
  expect(NetNs.list()).not.toContain(unique)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(held.run(devices)).toContain('there')
  held.close()
  await expect.poll(() => lab.link('here'), { timeout: 10_000, interval: 50 }).toBeUndefined()
})

test('delete leaves a namespace of the same name alone that is another', needs('root'), () => {
  const first = NetNs.create(unique)
  run(['ip', 'netns', 'del', unique])
  run(['ip', 'netns', 'add', unique])
  first.delete()
  expect(NetNs.list()).toContain(unique)
  NetNs.delete(unique)
  expect(() => first.fd).toThrow(/closed/)
  expect(() => first.delete()).toThrow(/closed/)
  first.close()
})

test('asynchronous work of the process stays at home during and after a window', needs('root'), async () => {
  using ns = NetNs.create()
  const home = here()
  const { readlink } = await import('node:fs/promises')
  const during = ns.run(() => [readlink(HERE)] as const)[0]
  expect(await during).toBe(home)
  expect(await Promise.all(Array.from({ length: 8 }, () => readlink(HERE)))).toEqual(Array(8).fill(home))
})

test('works in a worker thread, which moves alone', needs('root'), async () => {
  using lab = Lab.create()
  const home = here()
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     const { readlinkSync } = require('node:fs')
     ${importing(fileURLToPath(new URL('../../../src/netns/index.ts', import.meta.url)))}.then(({ NetNs }) => {
       const ns = NetNs.open(workerData)
       parentPort.postMessage([ns.run(() => readlinkSync('${HERE}')), readlinkSync('${HERE}'), ns.inode])
       ns.close()
     })`,
    { eval: true, workerData: lab.name },
  )
  const [[inside, outside, inode]] = (await once(worker, 'message')) as [[string, string, number]]
  await once(worker, 'exit')
  expect([inside, outside]).toEqual([`net:[${inode}]`, home])
})
