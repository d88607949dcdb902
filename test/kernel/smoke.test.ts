import { describe, expect, test } from 'vitest'
import { Lab, run } from './lab.ts'
import { needs } from './needs.ts'

test('a lab has its own links, and only those', needs(), () => {
  using lab = Lab.create()
  expect(lab.link('lo')?.['ifindex']).toBe(1)
  expect(run('ip netns list').stdout).toContain(lab.name)
})

test('a lab is gone after its block', needs(), () => {
  let name: string
  {
    using lab = Lab.create()
    name = lab.name
  }
  expect(run('ip netns list').stdout).not.toContain(name)
})

test('ping counts what comes back', needs('command:ping'), () => {
  using lab = Lab.create()
  expect(lab.ping('127.0.0.1', { count: 2 })).toEqual({ sent: 2, received: 2 })
  lab.ip('addr add 192.0.2.1/24 dev lo')
  lab.ip('route add blackhole 198.51.100.0/24')
  expect(() => lab.ping('198.51.100.1', { count: 1 })).toThrow(/ping 198\.51\.100\.1/)
})

describe('a kernel with netkit', needs('netkit'), () => {
  test('makes a pair in a lab', () => {
    using lab = Lab.create()
    lab.ip('link add host0 type netkit') // not nk0: the peer, named first, takes that name
    expect(lab.link('host0')).toMatchObject({ linkinfo: { info_kind: 'netkit' } })
  })
})
