/** What the compiler refuses before the kernel does. `tsc` is the test: an expected error that is none fails the build. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  after,
  BpfMap,
  CgroupLink,
  Collection,
  IterLink,
  NetkitLink,
  type Program,
  TcxLink,
  u32Codec,
  u64Codec,
  XdpLink,
} from '../../../src/bpf/index.ts'

/** Never called: only its types count. */
type Never = () => void

describe('a program is attached where its type fits', () => {
  test('netkit and tcx take sched_cls, XDP takes xdp', () => {
    const _: Never = () => {
      const cls = {} as Program<'sched_cls'>
      const xdp = {} as Program<'xdp'>
      const some = {} as Program
      NetkitLink.attach(cls, { ifindex: 1, attachType: 'netkit_peer', anchor: after(cls) })
      TcxLink.attach(cls, { ifindex: 1 })
      XdpLink.attach(xdp, { ifindex: 1 })
      // @ts-expect-error an XDP program on a netkit device
      NetkitLink.attach(xdp, { ifindex: 1 })
      // @ts-expect-error a program of whatever type: `is()` tells which
      TcxLink.attach(some, { ifindex: 1 })
      if (some.is('sched_cls')) TcxLink.attach(some, { ifindex: 1 })
      // @ts-expect-error the other kind's hook
      TcxLink.attach(cls, { ifindex: 1, attachType: 'netkit_peer' })
      // @ts-expect-error a classifier as XDP
      XdpLink.attach(cls, { ifindex: 1 })
      // @ts-expect-error a classifier on a cgroup
      CgroupLink.attach(cls, { cgroup: '/sys/fs/cgroup' })
      // @ts-expect-error a classifier as an iterator
      IterLink.attach(cls)
    }
    expect(_).toBeTypeOf('function')
  })

  test('a link is updated to a program of its own type', () => {
    const _: Never = () => {
      const link = {} as TcxLink
      link.update({} as Program<'sched_cls'>)
      // @ts-expect-error an XDP program in its place
      link.update({} as Program<'xdp'>)
      // @ts-expect-error for an old one of another type
      link.update({} as Program<'sched_cls'>, { old: {} as Program<'xdp'> })
    }
    expect(_).toBeTypeOf('function')
  })
})

describe('a collection knows the programs that were asked for', () => {
  test('by name and type', () => {
    const _: Never = () => {
      const object = Collection.load('x.o', { programs: { one: 'sched_cls', two: 'xdp' } })
      expectTypeOf(object.programs.one).toEqualTypeOf<Program<'sched_cls'>>()
      expectTypeOf(object.programs.two).toEqualTypeOf<Program<'xdp'>>()
      // @ts-expect-error a program that was not asked for
      void object.programs.three
      expectTypeOf(object.program('one', 'xdp')).toEqualTypeOf<Program<'xdp'>>()
    }
    expect(_).toBeTypeOf('function')
  })
})

describe('a map knows its keys and values', () => {
  test('by type and codecs', () => {
    const _: Never = () => {
      const hash = BpfMap.create({ type: 'hash', maxEntries: 1, keySize: 4, valueSize: 4 })
      expectTypeOf(hash.get(new Uint8Array(4))).toEqualTypeOf<Uint8Array | undefined>()
      // @ts-expect-error a number as the key of a hash without a codec
      hash.get(1)
      const array = BpfMap.create({ type: 'array', maxEntries: 1, value: u64Codec })
      expectTypeOf(array.get(1)).toEqualTypeOf<bigint | undefined>()
      array.set(1, 5)
      const perCpu = BpfMap.create({ type: 'percpu_array', maxEntries: 1, value: u32Codec })
      expectTypeOf(perCpu.get(1)).toEqualTypeOf<number[] | undefined>()
      // @ts-expect-error one value where each CPU has its own
      perCpu.set(1, 5)
      const programs = BpfMap.create({ type: 'prog_array', maxEntries: 1 })
      programs.set(0, {} as Program<'sched_cls'>)
      expectTypeOf(programs.get(0)).toEqualTypeOf<number | undefined>()
      // @ts-expect-error a descriptor where the object belongs
      programs.set(0, 3)
    }
    expect(_).toBeTypeOf('function')
  })
})
