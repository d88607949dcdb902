/** What a bpffs has, whose it is, and how a pinned map of another shape is replaced: seen by `bpftool` and by the kernel's own errors. */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BpfMap,
  claimDirectory,
  Collection,
  loadPinned,
  MapMismatchError,
  migratePinnedMap,
  MigrationError,
  type MigrationStep,
  pinOwner,
  PinOwnerError,
  Program,
  removeStalePins,
  stalePins,
  TcxLink,
  walkPins,
  WrongKindError,
} from '../../../../src/bpf/index.ts'
import { NetNs } from '../../../../src/netns/index.ts'
import { openDescriptors } from '../../../../src/sys/index.ts'
import { Lab, run } from '../../lab.ts'
import { needs } from '../../needs.ts'
import { Bpffs, load, outcome } from '../programs.ts'

const lacking = needs('tcx')
let bpffs: Bpffs

beforeAll(() => {
  if (!lacking.skip) bpffs = new Bpffs()
})
afterAll(() => {
  bpffs?.[Symbol.dispose]()
})

const hash = (valueSize = 8, maxEntries = 600): BpfMap<Uint8Array, Uint8Array> =>
  BpfMap.create({ type: 'hash', name: 'table', keySize: 4, valueSize, maxEntries })

const key = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer)
const value = (n: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer)

/** Pins a hash with so many elements, each with its number as the value. */
function pinned(name: string, count: number): string {
  using map = hash()
  map.setMany(Array.from({ length: count }, (_, n) => [key(n), value(n)] as const))
  map.pin(`${bpffs.path}/${name}`)
  return `${bpffs.path}/${name}`
}

describe('pins', lacking, () => {
  test('are walked with kind, type and id, and opened as what they are', () => {
    const root = `${bpffs.path}/walk`
    mkdirSync(`${root}/inner`, { recursive: true })
    using lab = Lab.create()
    using ns = NetNs.open(lab.name)
    using map = hash()
    using program = load('sched_cls', -1, 'tcx_ingress', 'walked')
    using link = ns.run(() => TcxLink.attach(program, { ifindex: 1 }))
    map.pin(`${root}/inner/map`)
    program.pin(`${root}/program`)
    link.pin(`${root}/link`)
    symlinkSync('program', `${root}/symlink`)
    expect([...walkPins(root)]).toEqual([
      { path: `${root}/inner/map`, kind: 'map', type: 'hash', id: map.id, name: 'table' },
      { path: `${root}/link`, kind: 'link', type: 'tcx', id: link.id, name: '', programId: program.id },
      { path: `${root}/program`, kind: 'program', type: 'sched_cls', id: program.id, name: 'walked' },
    ])
    // bpftool finds them at the same places.
    const shown = JSON.parse(run(`bpftool -f -j map show id ${map.id}`).stdout) as { pinned?: string[] }
    expect(shown.pinned).toEqual([`${root}/inner/map`])

    const open = openDescriptors()
    using byPath = loadPinned(`${root}/link`)
    expect(byPath).toBeInstanceOf(TcxLink)
    using made = loadPinned(`${root}/program`)
    expect(made).toBeInstanceOf(Program)
    expect(outcome(() => loadPinned(`${root}/nothing`))).toBe('ENOENT')
    expect(() => BpfMap.loadPinned(`${root}/program`)).toThrow(WrongKindError)
    expect(openDescriptors()).toBe(open + 2)
  })

  test('that bpftool made are read', () => {
    const path = `${bpffs.path}/by-bpftool`
    run(`bpftool map create ${path} type array key 4 value 8 entries 3 name theirs`)
    const pin = [...walkPins(bpffs.path)].find((one) => one.path === path)
    expect(pin).toMatchObject({ kind: 'map', type: 'array', name: 'theirs' })
  })
})

describe('a directory of pins', lacking, () => {
  test('is its owner’s alone', () => {
    const path = `${bpffs.path}/owned/agent`
    claimDirectory(path, 'agent one')
    claimDirectory(path, 'agent one')
    expect(pinOwner(path)).toBe('agent one')
    expect(() => claimDirectory(path, 'agent two')).toThrow(PinOwnerError)
    expect(() => claimDirectory(path, 'agent two')).toThrow('belongs to "agent one", not "agent two"')
    expect(() => claimDirectory(bpffs.path, 'agent one')).toThrow('has pins in it and no owner')
    mkdirSync(`${bpffs.path}/later`)
    symlinkSync('netkit:99:agent one', `${bpffs.path}/later/owner`)
    expect(() => claimDirectory(`${bpffs.path}/later`, 'agent one')).toThrow('which is not known here')
  })

  test('that nobody needs any more is removed, and no other', () => {
    const root = `${bpffs.path}/pods`
    for (const [name, owner] of [['a', 'mine'], ['b', 'mine'], ['c', 'theirs']] as const) claimDirectory(`${root}/${name}`, owner) // prettier-ignore
    using map = hash()
    map.pin(`${root}/a/map`)
    expect(stalePins(root, 'mine')).toEqual([`${root}/a`, `${root}/b`])
    expect(removeStalePins(root, 'mine', ['b'])).toEqual([`${root}/a`])
    expect(readdirSync(root).toSorted()).toEqual(['b', 'c'])
  })
})

describe('a pinned map', lacking, () => {
  test('that fits is left alone', () => {
    const path = pinned('fits', 3)
    const { differences, map } = migratePinnedMap(path, { type: 'hash', keySize: 4, valueSize: 8, maxEntries: 600 })
    using same = map
    using before = BpfMap.loadPinned(path)
    expect(differences).toEqual([])
    expect(same.id).toBe(before.id)
  })

  test('of another size goes over in batches, and whoever opens the name gets the old one or the new one', () => {
    const path = pinned('grows', 600)
    const seen: [MigrationStep, number][] = []
    const open = openDescriptors()
    const report = migratePinnedMap(
      path,
      { type: 'hash', keySize: 4, valueSize: 8, maxEntries: 2000 },
      {
        onStep(step) {
          using now = BpfMap.loadPinned(path)
          seen.push([step, now.maxEntries])
        },
      },
    )
    using map = report.map
    expect(seen).toEqual([['create', 600], ['copy', 600], ['pin', 600], ['swap', 2000]]) // prettier-ignore
    expect(report).toMatchObject({
      copied: 600,
      left: 0,
      differences: [{ field: 'max_entries', wanted: 2000, found: 600 }],
    })
    const dump = JSON.parse(run(`bpftool -j map dump pinned ${path}`).stdout) as { key: string[]; value: string[] }[]
    expect(dump).toHaveLength(600)
    for (const row of dump) expect(row.value.slice(0, 4)).toEqual(row.key)
    expect(openDescriptors()).toBe(open + 1)
    expect(map.id).toBeGreaterThan(0)
  })

  test('with other values is converted, and what the function leaves out is counted', () => {
    const path = pinned('converted', 10)
    const widen = (k: Uint8Array, v: Uint8Array): [Uint8Array, Uint8Array] | undefined =>
      k[0]! % 2 ? undefined : [k, Uint8Array.of(...v, ...v)]
    const shape = { type: 'lru_hash', keySize: 4, valueSize: 16, maxEntries: 600 } as const
    const { map, ...report } = migratePinnedMap(path, shape, { convert: widen })
    using made = map as unknown as BpfMap<Uint8Array, Uint8Array>
    expect(report.differences.map(({ field }) => field)).toEqual(['type', 'value size'])
    expect(report).toMatchObject({ copied: 5, left: 5 })
    expect(made.get(key(4))).toEqual(Uint8Array.of(...value(4), ...value(4)))
  })

  test('that cannot be migrated stays as it was, and the error names the property', () => {
    const path = pinned('stays', 5)
    const shape = { type: 'hash', keySize: 4, valueSize: 16, maxEntries: 600 } as const
    expect(() => migratePinnedMap(path, shape)).toThrow(MigrationError)
    expect(() => migratePinnedMap(path, shape)).toThrow('for its value size: it is 8 and is to be 16 bytes')
    expect(() => migratePinnedMap(path, { type: 'ringbuf', maxEntries: 4096 })).toThrow('for its type: what a ringbuf')
    // More elements than fit.
    expect(outcome(() => migratePinnedMap(path, { ...shape, valueSize: 8, maxEntries: 2 }))).toBe('E2BIG')
    using map = BpfMap.loadPinned(path)
    expect([...map]).toHaveLength(5)
    expect(readdirSync(bpffs.path).filter((name) => name.includes('migrating'))).toEqual([])
  })

  test('that is an array loses what is past its new end', () => {
    using array = BpfMap.create({ type: 'array', valueSize: 8, maxEntries: 8 })
    array.pin(`${bpffs.path}/array`)
    array.set(3, value(33))
    const report = migratePinnedMap(`${bpffs.path}/array`, { type: 'array', valueSize: 8, maxEntries: 4 })
    using made = report.map as unknown as BpfMap<number, Uint8Array>
    expect(report).toMatchObject({ copied: 4, left: 4 })
    expect(made.get(3)).toEqual(value(33))
  })

  test('that an object shares is brought into its shape on request', () => {
    const pinPath = `${bpffs.path}/shared-maps`
    mkdirSync(pinPath)
    using wide = BpfMap.create({ type: 'array', name: 'shared', valueSize: 16, maxEntries: 1 })
    wide.set(0, Uint8Array.of(...value(41), ...value(0)))
    wide.pin(`${pinPath}/shared`)
    const source = new URL('../../../../bpf/tests/pinning.bpf.o', import.meta.url)
    expect(() => Collection.load(source, { pinPath })).toThrow(MapMismatchError)
    expect(() => Collection.load(source, { pinPath, migratePins: true })).toThrow('for its value size: it is 16 and is to be 8') // prettier-ignore
    using object = Collection.load(source, { pinPath, migratePins: { shared: (k, v) => [k, v.subarray(0, 8)] } })
    expect(object.program('count_shared').run({ data: new Uint8Array(64) }).returnValue).toBe(42)
    // Now it fits.
    using again = Collection.load(source, { pinPath })
    expect(again.map('shared').id).toBe(object.map('shared').id)
    expect(again.map('shared').id).not.toBe(wide.id)
  })
})
