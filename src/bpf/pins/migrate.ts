/**
 * A pinned map of another shape: its elements go to a new map, which then takes its name.
 *
 * @module
 */
import { renameSync } from 'node:fs'
import { createMap, type MapOptions } from '../maps/create.ts'
import { kindOfMap } from '../maps/kinds.ts'
import { BpfMap } from '../maps/map.ts'
import { type MapType } from '../names.ts'
import { type MapDifference, mapDifferences } from './difference.ts'
import { removePin } from './directory.ts'

/** An element as bytes. The value of a per-CPU map is that of all CPUs, each rounded up to 8 bytes. */
export type RawElement = readonly [key: Uint8Array, value: Uint8Array]

/** Makes an element of the new map out of one of the old; undefined leaves it out. */
export type ConvertElement = (key: Uint8Array, value: Uint8Array) => RawElement | undefined

/** How a pinned map is migrated. */
export interface MigrateOptions {
  /**
   * Makes an element of the new map out of one of the old; undefined leaves it out. Needed when keys or values have another size. Bytes that are
   * given are copies.
   */
  readonly convert?: ConvertElement | undefined
  /** Told of each step, when it is done: `create`, `copy`, `pin`, `swap`. */
  readonly onStep?: ((step: MigrationStep) => void) | undefined
}

/** The steps of a migration. Up to `pin` the old map has the name; with `swap`, which is atomic, the new one has it. */
export type MigrationStep = 'create' | 'copy' | 'pin' | 'swap'

/** What a migration did. */
export interface MigrationReport {
  readonly path: string
  /** In what the map that was pinned differed; empty when it fitted and nothing was done. */
  readonly differences: readonly MapDifference[]
  /** Elements that the new map has. */
  readonly copied: number
  /** Elements that `convert` left out, or that are past the end of a smaller array. */
  readonly left: number
  /** The map that has the name now. The caller closes it. */
  readonly map: BpfMap
}

/** A pinned map cannot be migrated; the message names the property that stands in the way. */
export class MigrationError extends Error {
  override readonly name: string = 'MigrationError'
  readonly code: string = 'ERR_MIGRATION'
  readonly path: string
  /** The property: `type`, `key size`, `value size`. */
  readonly field: string

  constructor(path: string, field: string, why: string) {
    super(`${path}: the map cannot be migrated, for its ${field}: ${why}`)
    this.path = path
    this.field = field
  }
}

/** Elements that go in one system call. */
const BATCH = 256

/** What the new map is pinned as until it takes the name. A bpffs takes no dots. */
const waiting = (path: string): string => `${path}-migrating`

/**
 * Makes the map that is pinned at a path one of another shape: creates it, copies all elements in batches, and swaps the name by a rename. Whoever
 * opens the path meanwhile gets the old map or the new one. A map that fits already is left alone.
 *
 * Programs that are loaded keep the old map: what they write after it was copied is not in the new one. Migrate before the programs of the new
 * shape are attached, and let them be the only ones that write from then on.
 *
 * @throws MigrationError naming the property: maps without elements to copy (rings, queues, maps of programs), or other sizes without `convert`.
 * @throws KernelError what the kernel refused: `ENOENT` when nothing is pinned there, `E2BIG` for more elements than the new map holds. The pin is
 * as it was.
 */
export function migratePinnedMap(path: string, shape: MapOptions, options: MigrateOptions = {}): MigrationReport {
  return migrateTo(path, () => BpfMap.fromFd(createMap(shape)), options)
}

/** {@link migratePinnedMap} into a map that a function creates. */
export function migrateTo(path: string, create: () => BpfMap, options: MigrateOptions): MigrationReport {
  const old = BpfMap.loadPinned(path)
  let made: BpfMap | undefined
  try {
    made = create()
    options.onStep?.('create')
    const differences = mapDifferences(made.info(), old.info())
    if (differences.length === 0) {
      made.close()
      return { path, differences, copied: 0, left: 0, map: old }
    }
    requireElements(path, old.type)
    requireElements(path, made.type)
    if (!options.convert) requireSizes(path, old, made)
    const counts = copy(old.raw, made, options.convert)
    options.onStep?.('copy')
    const temporary = waiting(path)
    removePin(temporary) // what a migration left behind that was killed
    made.pin(temporary)
    options.onStep?.('pin')
    renameSync(temporary, path)
    options.onStep?.('swap')
    old.close()
    return { path, differences, ...counts, map: made }
  } catch (error) {
    made?.close()
    old.close()
    if (made) removePin(waiting(path))
    throw error
  }
}

function requireElements(path: string, type: MapType): void {
  const { holds, keyless, opaque, storage } = kindOfMap(type)
  if (holds ?? keyless ?? opaque ?? storage) {
    throw new MigrationError(path, 'type', `what a ${type} has in it cannot be copied from outside`)
  }
}

function requireSizes(path: string, old: BpfMap, made: BpfMap): void {
  const sizes = [
    ['key size', old.key.size, made.key.size],
    ['value size', old.value.size, made.value.size],
  ] as const
  for (const [field, from, to] of sizes) {
    if (from !== to) throw new MigrationError(path, field, `it is ${from} and is to be ${to} bytes: say how in convert`)
  }
}

function copy(
  old: BpfMap<Uint8Array, Uint8Array>,
  made: BpfMap,
  convert: ConvertElement = (key, value) => [key, value],
): { copied: number; left: number } {
  const into = made.raw
  const fits = kindOfMap(made.type).index ? withIndexBelow(made.maxEntries) : () => true
  let copied = 0
  let left = 0
  let batch: RawElement[] = []
  const flush = (): void => {
    into.setMany(batch)
    copied += batch.length
    batch = []
  }
  for (const [key, value] of old) {
    const element = convert(key, value)
    if (element === undefined || !fits(element[0])) {
      left++
      continue
    }
    if (batch.push(element) === BATCH) flush()
  }
  flush()
  return { copied, left }
}

const withIndexBelow =
  (count: number) =>
  (key: Uint8Array): boolean =>
    new DataView(key.buffer, key.byteOffset).getUint32(0, true) < count
