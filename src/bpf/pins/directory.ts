/**
 * A directory of pins that somebody owns.
 *
 * A bpffs has no files to write a word into, but symbolic links: what they point to is text that the kernel keeps and never follows. An owner's
 * mark is such a text, and so is a version.
 *
 * @module
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs' // prettier-ignore

/** The version of how pins are laid out below an owner's mark. */
const LAYOUT = 1
const MARK = 'owner'

/** A directory of pins is somebody else's, or is laid out in a way that is not known here. */
export class PinOwnerError extends Error {
  override readonly name: string = 'PinOwnerError'
  readonly code: string = 'ERR_PIN_OWNER'
  readonly path: string
  /** Whose it is; undefined where there is no mark. */
  readonly owner: string | undefined

  constructor(path: string, owner: string | undefined, why: string) {
    super(`${path} ${why}`)
    this.path = path
    this.owner = owner
  }
}

const absent = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT'

/** Removes a pin or a symbolic link; whether it was there. */
export function removePin(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (absent(error)) return false
    throw error
  }
}

/** The text of a symbolic link; undefined where there is none. */
export function readText(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (absent(error)) return undefined
    throw error
  }
}

/** Puts a text where another may be, in one step: a reader gets the one or the other. */
export function writeText(path: string, text: string): void {
  const temporary = `${path}-next`
  removePin(temporary)
  symlinkSync(text, temporary)
  renameSync(temporary, path)
}

/** Removes a directory and all pins below it; whether it was there. What is pinned lives on while something else holds it. */
export function removeTree(path: string): boolean {
  if (!existsSync(path)) return false
  for (const name of readdirSync(path)) {
    const entry = `${path}/${name}`
    if (lstatSync(entry).isDirectory()) removeTree(entry)
    else removePin(entry)
  }
  rmdirSync(path)
  return true
}

/** A name as a bpffs takes it: no dots, which the kernel keeps for itself, and no slashes.  @throws TypeError for an empty one. */
export function pinName(name: string): string {
  if (name === '') throw new TypeError('a pin has a name')
  return name.replaceAll(/[./]/g, '_')
}

/** Whose a directory of pins is, by the mark in it; undefined without one. */
export function pinOwner(path: string): string | undefined {
  return /^netkit:\d+:(.*)$/s.exec(readText(`${path}/${MARK}`) ?? '')?.[1]
}

/**
 * Takes a directory of a bpffs for an owner: makes it, with those above it, and marks it, or makes sure that it bears the owner's mark.
 *
 * @throws PinOwnerError when it is another's, when it has pins and no mark, or when its layout is of another version.
 */
export function claimDirectory(path: string, owner: string): void {
  mkdirSync(path, { recursive: true })
  const mark = readText(`${path}/${MARK}`)
  if (mark === undefined) {
    if (readdirSync(path).length > 0) throw new PinOwnerError(path, undefined, 'has pins in it and no owner: name a directory of your own') // prettier-ignore
    symlinkSync(`netkit:${LAYOUT}:${owner}`, `${path}/${MARK}`)
    return
  }
  const [, layout, found] = /^netkit:(\d+):(.*)$/s.exec(mark) ?? []
  if (Number(layout) !== LAYOUT) {
    throw new PinOwnerError(path, found, `is laid out as ${JSON.stringify(mark)} says, which is not known here`)
  }
  if (found !== owner) throw new PinOwnerError(path, found, `belongs to ${JSON.stringify(found)}, not ${JSON.stringify(owner)}`) // prettier-ignore
}

/**
 * The directories right below one whose mark is this owner's and whose name is not among those to keep: what earlier runs left behind.
 * {@link removeStalePins} removes them.
 */
export function stalePins(root: string, owner: string, keep: Iterable<string> = []): string[] {
  const kept = new Set(keep)
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !kept.has(entry.name) && pinOwner(`${root}/${entry.name}`) === owner)
    .map(({ name }) => `${root}/${name}`)
    .toSorted()
}

/**
 * Removes the directories of {@link stalePins}, with all pins below them: programs that only those links held are detached by that. Others' pins
 * stay. Gives what it removed.
 */
export function removeStalePins(root: string, owner: string, keep: Iterable<string> = []): string[] {
  return stalePins(root, owner, keep).filter((path) => removeTree(path))
}
