import { type Btf, type BtfMember, type BtfStruct } from '../btf/index.ts'
import { ElfError } from './error.ts'
import { MAP_TYPES, nameOf } from './kinds.ts'
import { type MapSpec } from './spec.ts'
import { type ObjectTypes, type SectionItem } from './types.ts'

/** How map definitions are read. */
export interface MapReadOptions {
  /** Ignore fields of map definitions that are not known, instead of refusing the object. */
  relaxedMaps?: boolean | undefined
}

/** A map definition and what is needed to read the initial values beside it. */
export interface DefinedMap {
  readonly map: MapSpec
  /** Place of the definition in its section, in bytes. */
  readonly start: number
  readonly size: number
  /** Place of the member `values` in the definition, in bytes. */
  readonly valuesAt: number | undefined
}

const SECTION = '.maps'

/** Reads the members of one definition, each by its row in {@link FIELDS}. */
class Definition {
  readonly btf: Btf
  readonly map: MapSpec
  readonly inner: boolean
  valuesAt: number | undefined
  readonly #relaxed: boolean

  constructor(btf: Btf, map: MapSpec, inner: boolean, relaxed: boolean) {
    this.btf = btf
    this.map = map
    this.inner = inner
    this.#relaxed = relaxed
  }

  read(struct: BtfStruct): void {
    for (const member of struct.members) {
      const field = FIELDS[member.name]
      if (field !== undefined && Object.hasOwn(FIELDS, member.name)) field(this, member)
      else if (!this.#relaxed) throw this.error(`field ${member.name} is not known`)
    }
    if (this.map.type === 0 || this.map.type === 'unspec') throw this.error('it has no type')
  }

  error(message: string): ElfError {
    return new ElfError(`map ${this.map.name}: ${message}`, { section: SECTION })
  }

  /** `__uint(name, number)`: the length of the array that the member points to. */
  number({ name, type }: BtfMember): number {
    const pointer = this.btf.resolve(type)
    const array = pointer.kind === 'ptr' ? this.btf.resolve(pointer.type) : undefined
    if (array?.kind !== 'array') throw this.error(`field ${name} is no pointer to an array, as __uint makes it`)
    return array.length
  }

  /** `__ulong(name, number)`: the value of the only enumerator of the member's type. */
  long(member: BtfMember): bigint {
    const type = this.btf.resolve(member.type)
    if (type.kind !== 'enum' && type.kind !== 'enum64') return BigInt(this.number(member))
    const [only, ...others] = type.values
    if (only === undefined || others.length > 0) throw this.error(`field ${member.name} is no enum of one value`)
    return BigInt.asUintN(type.kind === 'enum' ? 32 : 64, BigInt(only.value))
  }

  /** `__type(name, type)`: what the member points to. */
  pointee({ name, type }: BtfMember): number {
    const pointer = this.btf.resolve(type)
    if (pointer.kind !== 'ptr') throw this.error(`field ${name} is no pointer to a type, as __type makes it`)
    return pointer.type
  }

  /** Sets a size that may be said twice, as a number and by a type. */
  size(field: 'keySize' | 'valueSize', size: number): void {
    const before = this.map[field]
    if (before !== 0 && before !== size) throw this.error(`${field} is ${before}, and then ${size}`)
    this.map[field] = size
  }
}

/** One row for each field that a definition may have. */
const FIELDS: Readonly<Record<string, (definition: Definition, member: BtfMember) => void>> = {
  type(d, member) {
    d.map.type = nameOf(MAP_TYPES, d.number(member))
  },
  max_entries(d, member) {
    d.map.maxEntries = d.number(member)
  },
  map_flags(d, member) {
    d.map.flags = d.number(member)
  },
  numa_node(d, member) {
    d.map.numaNode = d.number(member)
  },
  key_size(d, member) {
    d.size('keySize', d.number(member))
  },
  key(d, member) {
    const type = d.pointee(member)
    d.size('keySize', d.btf.sizeOf(type))
    d.map.keyType = type
  },
  value_size(d, member) {
    d.size('valueSize', d.number(member))
  },
  value(d, member) {
    const type = d.pointee(member)
    d.size('valueSize', d.btf.sizeOf(type))
    d.map.valueType = type
  },
  map_extra(d, member) {
    d.map.extra = d.long(member)
  },
  pinning(d, member) {
    if (d.inner) throw d.error('an inner map cannot be pinned')
    const pinning = d.number(member)
    if (pinning > 1) throw d.error(`pinning ${pinning} is not known`)
    d.map.pinning = pinning === 1 ? 'by-name' : 'none'
  },
  values(d, member) {
    if (d.inner) throw d.error('an inner map cannot hold maps')
    const { name, type, bitOffset } = member
    const array = d.btf.resolve(type)
    const pointer = array.kind === 'array' ? d.btf.resolve(array.type) : undefined
    if (array.kind !== 'array' || pointer?.kind !== 'ptr') {
      throw d.error(`field ${name} is no array of pointers, as __array makes it`)
    }
    if (array.length !== 0) throw d.error(`field ${name} has a length: it must be the last, and open`)
    // Slots of these maps hold the descriptor of a map or program.
    d.size('valueSize', 4)
    d.valuesAt = bitOffset / 8
    const target = d.btf.resolve(pointer.type)
    if (target.kind === 'struct') {
      const inner = emptyMap(`${d.map.name}.inner`)
      new Definition(d.btf, inner, true, false).read(target)
      d.map.inner = inner
    } else if (target.kind !== 'funcProto') {
      throw d.error(`field ${name} points to neither maps nor functions`)
    }
  },
}

const emptyMap = (name: string): MapSpec => ({
  name,
  origin: 'maps',
  type: 'unspec',
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  extra: 0n,
  pinning: 'none',
  values: [],
  tags: [],
  autocreate: true,
})

/** Types whose value in a definition describes records, while the kernel wants its size to be 0. */
const RECORDS: ReadonlySet<unknown> = new Set(['ringbuf', 'user_ringbuf'])

/** Types of which the kernel knows the sizes, so that a definition need not say them. */
const SIZES: Readonly<Record<string, { readonly key: number; readonly value: number }>> = {
  prog_array: { key: 4, value: 4 },
  perf_event_array: { key: 4, value: 4 },
  array_of_maps: { key: 4, value: 4 },
}

function readMap(types: ObjectTypes, item: SectionItem, options: MapReadOptions): DefinedMap {
  const { btf } = types
  const map = emptyMap(item.name)
  map.tags = types.tags(item.id)
  const struct = btf.resolve(item.type)
  if (struct.kind !== 'struct') {
    throw new ElfError(`map ${item.name}: its definition is no struct`, { section: SECTION, offset: item.offset })
  }
  if (item.size < struct.size) {
    throw new ElfError(`map ${item.name}: its definition is cut off`, { section: SECTION, offset: item.offset })
  }
  const definition = new Definition(btf, map, false, options.relaxedMaps === true)
  definition.read(struct)
  if (RECORDS.has(map.type) && map.valueType !== undefined) map.valueSize = 0
  const sizes = SIZES[map.type]
  if (sizes !== undefined) {
    map.keySize ||= sizes.key
    map.valueSize ||= sizes.value
  }
  return { map, start: item.offset, size: item.size, valuesAt: definition.valuesAt }
}

/** Reads the maps that the section `.maps` defines by BTF. Throws {@link ElfError} for a definition that makes no sense. */
export function readBtfMaps(types: ObjectTypes | undefined, options: MapReadOptions): DefinedMap[] {
  const section = types?.section(SECTION)
  if (types === undefined || section === undefined) {
    throw new ElfError('it has no types (compile with -g): maps are defined by them', { section: SECTION })
  }
  return section.items.map((item) => readMap(types, item, options))
}
