/** Hooks as a service: who is there, in which order, one more beside another by name, one in the place of another; while others change the hook too. */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  attachProgram,
  CgroupLink,
  detachProgram,
  Hook,
  HookError,
  Netkit,
  NetNs,
  type Program,
  TcxLink,
  XdpLink,
} from '../../../src/index.ts'
import { currentKernel, NR, openDescriptors, useKernel } from '../../../src/sys/index.ts'
import { load, outcome } from '../bpf/programs.ts'
import { Lab, run } from '../lab.ts'
import { needs } from '../needs.ts'

const CREATE = 28

/** Does something just before the next link is created: others are always faster. */
function meanwhile<T>(times: number, act: (time: number) => void, work: () => T): T {
  const kernel = currentKernel()
  let left = times
  useKernel({
    ...kernel,
    syscall(number, ...rest) {
      if (number === NR.bpf && rest[0] === CREATE && left > 0) {
        left--
        const time = times - left
        useKernel(kernel)
        act(time)
        useKernel(own)
      }
      return kernel.syscall(number, ...rest)
    },
  })
  const own = currentKernel()
  try {
    return work()
  } finally {
    useKernel(kernel)
  }
}

describe.each(['tcx', 'netkit'] as const)('a hook of %s', (kind) => {
  const lacking = needs(kind)
  const attachType = kind === 'tcx' ? 'tcx_ingress' : 'netkit_primary'
  let lab: Lab
  let ns: NetNs
  let ifindex = 1
  let hook: Hook<'sched_cls'>
  const programs: Record<string, Program<'sched_cls'>> = {}

  beforeAll(() => {
    if (lacking.skip) return
    lab = Lab.create('hooks')
    ns = NetNs.open(lab.name)
    if (kind === 'netkit') {
      lab.ip('link add nk0 type netkit peer name nk1')
      ifindex = Number(lab.link('nk0')!['ifindex'])
    }
    hook =
      kind === 'tcx'
        ? Hook.tcx({ ifindex, direction: 'ingress', netns: ns })
        : Hook.netkit({ ifindex, side: 'primary', netns: ns })
    for (const name of ['a', 'b', 'c', 'd']) programs[name] = load('sched_cls', -1, attachType, name)
  })
  afterAll(() => {
    for (const program of Object.values(programs)) program.close()
    ns?.close()
    lab?.remove()
  })

  const names = (): string => hook.list().map(({ name }) => name).join(' ') // prettier-ignore

  test('says who is on it, as bpftool does, with links and without', lacking, () => {
    expect(hook.list()).toEqual([])
    using a = hook.attach(programs['a']!)
    ns.run(() => attachProgram(programs['b']!, { ifindex, attachType }))
    expect(hook.list()).toEqual([
      { name: 'a', programId: programs['a']!.id, linkId: a.id, flags: 0 },
      { name: 'b', programId: programs['b']!.id, linkId: 0, flags: 0 },
    ])
    expect(hook.key).toBe(`${attachType}-${ifindex}_${ns.inode}`)
    const [shown] = JSON.parse(lab.exec('bpftool -j net show').stdout) as { tc: { name: string }[] }[]
    // A bpftool that does not know the hook shows none: the order is then the kernel's word alone.
    expect(['', 'a b']).toContain(shown!.tc.map(({ name }) => name).join(' '))
    ns.run(() => detachProgram({ ifindex, attachType, program: programs['b']! }))
  })

  test('takes one before or behind another, by name, id or object', lacking, () => {
    using a = hook.attach(programs['a']!)
    using b = hook.attach(programs['b']!, { before: 'a' })
    using c = hook.attach(programs['c']!, { after: { linkId: b.id } })
    using d = hook.attach(programs['d']!, { at: 'head' })
    expect(names()).toBe('d b c a')
    expect(new Set([a.id, b.id, c.id, d.id]).size).toBe(4)
    d.close()
    using again = hook.attach(programs['d']!, { before: programs['c']! })
    expect(names()).toBe('b d c a')
    expect(again.info().programId).toBe(programs['d']!.id)
  })

  test('says who is there when a name is nobody’s or several’s', lacking, () => {
    using twin = load('sched_cls', -1, attachType, 'a')
    using a = hook.attach(programs['a']!)
    expect(() => hook.attach(programs['b']!, { after: 'nobody' })).toThrow(`"nobody" is not on ${attachType} of interface ${ifindex}: there is a (program ${programs['a']!.id}, link ${a.id})`) // prettier-ignore
    using second = hook.attach(twin)
    expect(() => hook.attach(programs['b']!, { after: 'a' })).toThrow(HookError)
    expect(() => hook.attach(programs['b']!, { after: 'a' })).toThrow('several on')
    using b = hook.attach(programs['b']!, { after: { programId: programs['a']!.id } })
    expect(names()).toBe('a b a')
    expect(second.id).toBeGreaterThan(b.id - 2)
  })

  test('puts one in the place of another, with its link and without', lacking, () => {
    using a = hook.attach(programs['a']!)
    ns.run(() => attachProgram(programs['b']!, { ifindex, attachType }))
    const { linkId } = hook.replace('a', programs['c']!)
    expect(linkId).toBe(a.id)
    hook.replace('b', programs['d']!)
    expect(names()).toBe('c d')
    expect(a.info().programId).toBe(programs['c']!.id)
    expect(outcome(() => hook.replace('c', programs['d']!))).toBe('EEXIST')
    ns.run(() => detachProgram({ ifindex, attachType, program: programs['d']! }))
  })

  test('looks again when others change it meanwhile, and says so when they never let it be', lacking, () => {
    using a = hook.attach(programs['a']!)
    const open = openDescriptors()
    using b = meanwhile(
      2,
      // Another comes, and is gone again: the revision tells.
      () => hook.attach(programs['d']!).close(),
      () => hook.attach(programs['b']!, { before: 'a' }),
    )
    expect(names()).toBe('b a')
    const busy = (): unknown =>
      meanwhile(99, () => hook.attach(programs['d']!).close(), () => hook.attach(programs['c']!, { after: 'a' })) // prettier-ignore
    expect(busy).toThrow(expect.objectContaining({ code: 'ERR_HOOK_BUSY' }))
    expect(openDescriptors()).toBe(open + 1)
    expect([a.id, b.id]).toHaveLength(2)
  })

  test('takes them in the background too', lacking, async () => {
    using a = await hook.attachAsync(programs['a']!)
    using b = await hook.attachAsync(programs['b']!, { before: 'a' })
    expect(names()).toBe('b a')
    await expect(hook.attachAsync(programs['c']!, { after: 'nobody' })).rejects.toThrow(HookError)
    await expect(hook.attachAsync(programs['a']!)).rejects.toThrow(/EEXIST/)
    expect(a.id).toBeLessThan(b.id)
  })

  test('takes programs after it was emptied, whatever its revision says', lacking, () => {
    for (let round = 0; round < 3; round++) {
      using a = hook.attach(programs['a']!)
      using b = hook.attach(programs['b']!, { before: 'a' })
      expect(names()).toBe('b a')
      expect(a.id).toBeLessThan(b.id)
    }
    expect(hook.list()).toEqual([])
  })
})

test('a pair gives its sides as hooks', needs('netkit'), () => {
  using lab = Lab.create('hooks')
  lab.ip('link add nk0 type netkit peer name nk1')
  using pair = Netkit.open('nk0', { netns: lab.name })
  using program = load('sched_cls', 0, 'netkit_peer', 'theirs')
  using link = pair.hook('peer').attach(program)
  expect(pair.hook('peer').list()).toEqual([{ name: 'theirs', programId: program.id, linkId: link.id, flags: 0 }])
  expect(pair.hook('primary').list()).toEqual([])
  expect(pair.query('peer').programs).toHaveLength(1)
})

test('XDP has one program and no order', needs('kind:veth'), () => {
  using lab = Lab.create('hooks')
  using ns = NetNs.open(lab.name)
  lab.ip('link add veth0 type veth peer name veth1')
  const ifindex = Number(lab.link('veth0')!['ifindex'])
  const hook = Hook.xdp({ ifindex, mode: 'generic', netns: ns })
  using program = load('xdp', 2, 'xdp', 'first')
  using next = load('xdp', 2, 'xdp', 'second')
  expect(hook.list()).toEqual([])
  using link = hook.attach(program)
  expect(link).toBeInstanceOf(XdpLink)
  expect(hook.list()).toEqual([{ name: 'first', programId: program.id, linkId: link.id, flags: 0 }])
  expect(lab.link('veth0')).toMatchObject({ xdp: { prog: { id: program.id } } })
  expect(() => hook.attach(next, { at: 'head' })).toThrow(HookError)
  hook.replace('first', next)
  expect(hook.list().map(({ name }) => name)).toEqual(['second'])
  expect(outcome(() => hook.attach(program))).toBe('EBUSY')
})

const cgroups = run(['sh', '-c', 'awk \'$3 == "cgroup2" { print $2; exit }\' /proc/mounts']).stdout.trim()

test('a cgroup says who is on it, with their links', needs(), () => {
  const cgroup = mkdtempSync(`${cgroups}/netkit-hook-`)
  try {
    const hook = Hook.cgroup({ cgroup, attachType: 'cgroup_inet_egress' })
    using program = load('cgroup_skb', 1, 'cgroup_inet_egress', 'first')
    using next = load('cgroup_skb', 1, 'cgroup_inet_egress', 'second')
    using third = load('cgroup_skb', 1, 'cgroup_inet_egress', 'third')
    using link = hook.attach(program)
    expect(link).toBeInstanceOf(CgroupLink)
    const shown = JSON.parse(run(`bpftool -j cgroup show ${cgroup}`).stdout) as { id: number }[]
    expect(shown.map(({ id }) => id)).toEqual([program.id])
    using second = hook.attach(next)
    expect(hook.list().map(({ name, linkId }) => [name, linkId])).toEqual([['first', link.id], ['second', second.id]]) // prettier-ignore
    hook.replace('first', third)
    expect(hook.list().map(({ name }) => name)).toEqual(['third', 'second'])
  } finally {
    rmdirSync(cgroup)
  }
})

test('only programs that fit are taken, by type', () => {
  const hook = (): Hook<'sched_cls'> => Hook.tcx({ ifindex: 1, direction: 'ingress' })
  const misfits = (xdp: Program<'xdp'>, skb: Program<'cgroup_skb'>): void => {
    // @ts-expect-error an XDP program does not fit a tc hook
    hook().attach(xdp)
    // @ts-expect-error a program of a cgroup does not fit XDP
    Hook.xdp({ ifindex: 1 }).attach(skb)
    // @ts-expect-error nor does it fit a tc hook's link
    TcxLink.attach(skb, { ifindex: 1 })
  }
  expect(misfits).toBeTypeOf('function')
})
