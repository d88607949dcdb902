/**
 * From the maps of a spec to maps in the kernel.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { valueCodec } from '../../btf/index.ts'
import { type MapSpec, type ObjectSpec } from '../../elf/index.ts'
import { KernelError, pageSize } from '../../sys/index.ts'
import { type MapCodec } from '../maps/codec.ts'
import { type MapOptions } from '../maps/create.ts'
import { kindOfMap } from '../maps/kinds.ts'
import { BpfMap } from '../maps/map.ts'
import { type CollectionOptions } from './options.ts'
import { ObjectError } from './errors.ts'
import { kconfigContents } from './kconfig.ts'
import { migrateTo } from '../pins/migrate.ts'
import { pinnedMap, requireFit } from './pinned.ts'

/** Where maps that are pinned by name go unless the caller says. */
const BPFFS = '/sys/fs/bpf'

/** Origins whose only value is set once and then frozen. */
const CONSTANT = new Set<MapSpec['origin']>(['rodata', 'kconfig'])

/** Keys and values by the object's types, where it has them and the kernel's sizes are theirs. */
export function codecs(spec: ObjectSpec, map: MapSpec): Pick<MapOptions, 'key' | 'value'> {
  const kind = kindOfMap(map.type)
  const codec = (id: number | undefined, size: number, what: string): MapCodec<unknown> | undefined => {
    if (!spec.btf || !id || size === 0) return undefined
    const found = valueCodec<unknown>(spec.btf, id, { name: `${map.name} ${what}` })
    return found.size === size ? found : undefined
  }
  return {
    key: codec(map.keyType, map.keySize, 'key'),
    // The only value of a data map is a section: its variables are read one by one.
    value:
      kind.holds || kind.opaque || (map.origin !== 'maps' && map.origin !== 'legacy')
        ? undefined
        : codec(map.valueType, map.valueSize, 'value'),
  }
}

/** The options of `BpfMap.create` for a map of the object. */
function mapOptions(map: MapSpec, btfFd: number | undefined): MapOptions {
  const kind = kindOfMap(map.type)
  const described = btfFd !== undefined && !kind.typeless && map.valueType !== undefined
  // The value of a data map is a section, its key nothing that has a type.
  const btf = described && { fd: btfFd, keyTypeId: map.keyType ?? 0, valueTypeId: map.valueType }
  return {
    type: map.type,
    name: map.name,
    keySize: map.keySize,
    valueSize: map.valueSize,
    maxEntries: entriesOf(map),
    flags: map.flags,
    extra: map.extra,
    numaNode: map.numaNode,
    ...(btf && { btf }),
  }
}

/** An object may leave the entries to the loader; the kernel wants a ring buffer of whole pages, a power of two of them. */
function entriesOf({ type, maxEntries }: MapSpec): number | undefined {
  if (type === 'perf_event_array' && maxEntries === 0) return undefined
  if (type !== 'ringbuf' && type !== 'user_ringbuf') return maxEntries
  let size = pageSize()
  while (size < maxEntries) size *= 2
  return size
}

/** What creating the maps of an object needs beside the spec. */
export interface MapContext {
  readonly spec: ObjectSpec
  readonly options: CollectionOptions
  /** The descriptor of the object's types; undefined where the kernel does not have them. */
  readonly btfFd: number | undefined
}

/** Creates, or opens, one map. The caller closes it, also one that it gave itself: it gets a descriptor of its own. */
export function openMap(context: MapContext, map: MapSpec): BpfMap {
  const { spec, options } = context
  const given = options.maps?.[map.name]
  if (given) {
    requireFit(map, given, 'the given map')
    return given.clone()
  }
  if (map.pinning === 'by-name') {
    const path = join(options.pinPath ?? BPFFS, map.name)
    migrate(context, map, path)
    const pinned = pinnedMap(path, map)
    if (pinned) return reopened(pinned, codecs(spec, map))
    const made = makeMap(context, map)
    try {
      made.pin(path)
      return made
    } catch (error) {
      made.close()
      throw error
    }
  }
  return makeMap(context, map)
}

/** Brings the map that is pinned there into the object's shape, where the options ask for that. */
function migrate(context: MapContext, map: MapSpec, path: string): void {
  const { migratePins = false } = context.options
  const convert = typeof migratePins === 'object' ? migratePins[map.name] : undefined
  if ((migratePins !== true && !convert) || !existsSync(path)) return
  migrateTo(path, () => makeMap(context, map), { convert }).map.close()
}

/** The same map with the object's codecs. */
function reopened(map: BpfMap, typed: Pick<MapOptions, 'key' | 'value'>): BpfMap {
  return BpfMap.fromFd(map.fd, typed) as BpfMap
}

function makeMap(context: MapContext, map: MapSpec): BpfMap {
  const { spec, options } = context
  const own = { ...mapOptions(map, context.btfFd), ...codecs(spec, map), tokenFd: options.tokenFd }
  // Known before the map is there: a configuration that cannot be read must leave none behind.
  const contents = contentsOf(context, map)
  if (!map.inner) return filled(create(own), map, contents)
  // The kernel only looks at the shape of the inner map: it is gone again at once.
  using inner = create(mapOptions(map.inner, context.btfFd))
  return create({ ...own, inner })
}

/** Creates a map, without its types when the kernel does not take them: they matter to tools, and to those values that need them. */
function create(options: MapOptions): BpfMap {
  try {
    return BpfMap.create(options) as BpfMap
  } catch (error) {
    if (!options.btf || !(error instanceof KernelError)) throw error
    try {
      return BpfMap.create({ ...options, btf: undefined }) as BpfMap
    } catch {
      throw error
    }
  }
}

function contentsOf({ spec, options }: MapContext, map: MapSpec): Uint8Array | undefined {
  return map.origin === 'kconfig' ? kconfigContents(spec, map, options.variables) : map.contents
}

/** Sets the only value of a data map, and freezes a constant one so that the verifier may rely on it. */
function filled(made: BpfMap, map: MapSpec, contents: Uint8Array | undefined): BpfMap {
  try {
    if (map.type !== 'array' || map.origin === 'maps' || map.origin === 'legacy') return made
    if (contents) made.raw.set(new Uint8Array(4), padded(contents, map.valueSize))
    if (CONSTANT.has(map.origin)) made.freeze()
    return made
  } catch (error) {
    made.close()
    throw error
  }
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes
  const value = new Uint8Array(size)
  value.set(bytes)
  return value
}

/** Puts the maps that a map of maps has from the start into it. */
export function fillOuter(map: MapSpec, maps: ReadonlyMap<string, BpfMap>): void {
  const outer = maps.get(map.name)
  if (!outer || kindOfMap(map.type).holds !== 'map') return
  for (const { index, name } of map.values) {
    const inner = maps.get(name)
    if (!inner)
      throw new ObjectError(`map ${map.name} holds map ${name}, which the object does not have`, { map: map.name })
    const key = new Uint8Array(map.keySize)
    new DataView(key.buffer).setUint32(0, index, true)
    const value = new Uint8Array(4)
    new DataView(value.buffer).setUint32(0, inner.fd.number, true)
    outer.raw.set(key, value)
  }
}
