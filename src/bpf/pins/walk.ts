/**
 * What is pinned in a bpffs.
 *
 * @module
 */
import { readdirSync } from 'node:fs'
import { type Fd } from '../../sys/index.ts'
import { linkFromFd } from '../links/kinds.ts'
import { type Link } from '../links/link.ts'
import { BpfMap } from '../maps/map.ts'
import { kindOf, type ObjectKind, openPin, WrongKindError } from '../object.ts'
import { Program } from '../programs/program.ts'

/** One pin. */
export interface Pin {
  readonly path: string
  readonly kind: ObjectKind
  /** The program type, map type or link type: `sched_cls`, `hash`, `tcx`. */
  readonly type: string | number
  /** The id of what is pinned. */
  readonly id: number
  /** The name that the kernel has of a program or a map, empty for a link. */
  readonly name: string
  /** The program that a link holds, by id; undefined for what is no link. */
  readonly programId?: number | undefined
}

/** How each kind of object is opened from its descriptor. */
const OPENERS: { readonly [K in ObjectKind]: (fd: Fd) => Program | BpfMap | Link } = {
  program: (fd) => Program.fromFd(fd),
  map: (fd) => BpfMap.fromFd(fd),
  link: linkFromFd,
}

/**
 * Opens whatever is pinned at a path, as an object of its kind: a program, a map, or a link of the class of its type. The caller closes it.
 *
 * @throws KernelError `ENOENT` when there is no pin, `EPERM`, `EACCES` when this process may not open it.
 * @throws WrongKindError for an object of a kind that is not known here.
 */
export function loadPinned(path: string): Program | BpfMap | Link {
  const fd = openPin(path)
  const kind = kindOf(fd.number)
  if (kind !== undefined) return OPENERS[kind](fd)
  fd.close()
  throw new WrongKindError(`${path} is no program, map or link`)
}

function describe(path: string): Pin {
  using object = loadPinned(path)
  if (object instanceof Program || object instanceof BpfMap) {
    const kind = object instanceof Program ? 'program' : 'map'
    return { path, kind, type: object.type, id: object.id, name: object.info().name }
  }
  const { id, type, programId } = object.info()
  return { path, kind: 'link', type, id, name: '', programId }
}

/** What happened when a pin was looked at: somebody removed it, or this process may not open it. */
const PASSED_OVER: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'])

/**
 * Walks a directory of a bpffs and all below it, in the order of the names: each pin with its kind, type and id. Symbolic links are not followed.
 * A pin that disappears meanwhile or may not be opened is passed over.
 *
 * @throws KernelError what else the kernel refused. `ENOENT` of Node's own for a directory that is not there.
 */
export function* walkPins(directory: string): Generator<Pin, void, undefined> {
  for (const entry of readdirSync(directory, { withFileTypes: true }).toSorted(byName)) {
    const path = `${directory}/${entry.name}`
    try {
      if (entry.isDirectory()) yield* walkPins(path)
      else if (entry.isFile()) yield describe(path)
    } catch (error) {
      if (!PASSED_OVER.has((error as { code?: unknown }).code)) throw error
    }
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : Number(a.name > b.name)
