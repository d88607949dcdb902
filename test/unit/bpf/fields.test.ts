/** Every offset and width of the tables, held against the kernel's own types. */
import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import * as attrs from '../../../src/bpf/attrs/index.ts'
import { ATTR_SIZE } from '../../../src/bpf/call.ts'
import { type Fields } from '../../../src/bpf/fields.ts'
import {
  BTF_INFO,
  LINK_INFO,
  LINK_INFO_SIZE,
  LINK_INFOS,
  MAP_INFO,
  PERF_EVENT_INFOS,
  PROG_INFO,
  TOKEN_INFO,
} from '../../../src/bpf/info.ts'
import { Btf, type BtfStruct, type BtfUnion } from '../../../src/btf/index.ts'

const VMLINUX = '/sys/kernel/btf/vmlinux'

/** The fields of each use. */
const USES: Readonly<Record<string, Fields>> = Object.fromEntries(
  Object.entries(attrs).flatMap(([name, use]) => ('fields' in use ? [[name, use.fields as Fields]] : [])),
)

/** Which member of `union bpf_attr`, or of `bpf_link_info`, a table describes; the path goes down to the fields. */
const ATTRS: Readonly<Record<string, readonly string[]>> = {
  MapLookupBatch: ['batch'],
  MapLookupAndDeleteBatch: ['batch'],
  MapUpdateBatch: ['batch'],
  MapDeleteBatch: ['batch'],
  ProgTestRun: ['test'],
  ProgQuery: ['query'],
  ProgBindMap: ['prog_bind_map'],
  ProgStreamRead: ['prog_stream_read'],
  ProgAssocStructOps: ['prog_assoc_struct_ops'],
  ObjGetInfo: ['info'],
  LinkCreate: ['link_create'],
  LinkCreateNetkit: ['link_create', 'netkit'],
  LinkCreateTcx: ['link_create', 'tcx'],
  LinkCreateCgroup: ['link_create', 'cgroup'],
  LinkCreateTracing: ['link_create', 'tracing'],
  LinkCreatePerfEvent: ['link_create', 'perf_event'],
  LinkCreateIter: ['link_create'],
  LinkCreateKprobeMulti: ['link_create', 'kprobe_multi'],
  LinkCreateUprobeMulti: ['link_create', 'uprobe_multi'],
  LinkCreateNetfilter: ['link_create', 'netfilter'],
  LinkCreateTracingMulti: ['link_create', 'tracing_multi'],
  LinkUpdate: ['link_update'],
  LinkDetach: ['link_detach'],
  RawTracepointOpen: ['raw_tracepoint'],
  IterCreate: ['iter_create'],
  EnableStats: ['enable_stats'],
  TokenCreate: ['token_create'],
  TaskFdQuery: ['task_fd_query'],
}

/** Fields that have another name here than in the kernel, where one name would stand for two. */
const RENAMED: Readonly<Record<string, string>> = {
  kprobe_flags: 'flags',
  uprobe_flags: 'flags',
  netfilter_flags: 'flags',
}

const snake = (name: string): string => {
  const plain = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return RENAMED[plain] ?? plain
}

interface Place {
  readonly offset: number
  readonly size: number
}

/** All members of a struct or union by name, those of nested ones too; the name of a nested one goes before, with a dot. */
function members(btf: Btf, id: number, base = 0, prefix = '', found = new Map<string, Place>()): Map<string, Place> {
  const type = btf.resolve(id) as BtfStruct | BtfUnion
  for (const { name, type: member, bitOffset } of type.members) {
    const offset = base + bitOffset / 8
    const { kind } = btf.resolve(member)
    if (kind === 'struct' || kind === 'union') members(btf, member, offset, name ? `${prefix}${name}.` : prefix, found)
    const key = `${prefix}${name}`
    if (name && !found.has(key)) found.set(key, { offset, size: btf.sizeOf(member) })
  }
  return found
}

describe('the tables of fields', { skip: !existsSync(VMLINUX) }, () => {
  let btf: Btf
  const ofType = (name: string, kind: 'struct' | 'union'): Map<string, Place> => members(btf, btf.findId(name, kind)!)
  beforeAll(() => {
    btf = Btf.parse(new Uint8Array(readFileSync(VMLINUX)))
  })

  /** The rows that differ from the kernel's members; a member that this kernel does not have yet is not counted. */
  function differing(
    fields: Fields,
    kernel: Map<string, Place>,
    path: readonly string[],
  ): { wrong: string[]; known: number } {
    const wrong: string[] = []
    let known = 0
    for (const [name, { offset, width }] of Object.entries(fields)) {
      // A name may stand in the structure and in the nested one: the row must be one of them.
      const depths = path.length === 0 ? [0] : path.map((_, index) => index + 1)
      const places = depths.flatMap((depth) => {
        const place = kernel.get([...path.slice(0, depth), snake(name)].join('.'))
        return place ? [place] : []
      })
      if (places.length === 0) continue
      known++
      if (!places.some((place) => place.offset === offset && place.size === width)) {
        const there = places.map((place) => `${place.offset}+${place.size}`).join(' or ')
        wrong.push(`${name}: ${offset}+${width}, the kernel has ${there}`)
      }
    }
    return { wrong, known }
  }

  test.each(Object.keys(USES))('union bpf_attr, %s', (name) => {
    const kernel = ofType('bpf_attr', 'union')
    const path = ATTRS[name] ?? []
    // A use that this kernel does not have yet is left to a newer one.
    const here = path.length === 0 || [...kernel.keys()].some((key) => key.startsWith(`${path.join('.')}.`))
    const { wrong, known } = differing(here ? USES[name]! : {}, kernel, path)
    expect(wrong).toEqual([])
    expect(!here || known > 0).toBe(true)
  })

  test('union bpf_attr is no larger than what is given to the kernel', () => {
    expect(btf.sizeOf(btf.findId('bpf_attr', 'union')!)).toBeLessThanOrEqual(ATTR_SIZE)
  })

  test.each([
    ['bpf_prog_info', PROG_INFO],
    ['bpf_map_info', MAP_INFO],
    ['bpf_btf_info', BTF_INFO],
    ['bpf_token_info', TOKEN_INFO],
    ['bpf_link_info', { size: LINK_INFO_SIZE, fields: LINK_INFO }],
  ] as const)('struct %s', (name, { size, fields }) => {
    expect(btf.sizeOf(btf.findId(name, 'struct')!)).toBeLessThanOrEqual(size)
    const kernel = ofType(name, 'struct')
    // A bitfield: its word is read.
    const { gplCompatible: _, ...plain } = fields as Fields
    expect(differing(plain, kernel, []).wrong).toEqual([])
  })

  test.each(Object.entries(LINK_INFOS))('struct bpf_link_info of %s', (kind, fields) => {
    const kernel = ofType('bpf_link_info', 'struct')
    const nested = kind === 'iter' ? ['iter', 'map'] : [kind]
    const flat = new Map(kernel)
    if (kind === 'iter') {
      for (const inner of ['map', 'cgroup', 'task']) {
        for (const [key, place] of kernel) {
          if (key.startsWith(`iter.${inner}.`)) flat.set(`iter.map.${key.split('.').at(-1)!}`, place)
        }
      }
    }
    expect(differing(fields, flat, nested).wrong).toEqual([])
  })

  test.each(Object.entries(PERF_EVENT_INFOS))('struct bpf_link_info of a perf event: %s', (kind, fields) => {
    expect(differing(fields, ofType('bpf_link_info', 'struct'), ['perf_event', kind]).wrong).toEqual([])
  })
})
