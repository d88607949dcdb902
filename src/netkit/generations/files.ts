/**
 * Where in a bpffs the generations of an owner are.
 *
 * ```
 * owner → netkit:1:NAME                 whose it is
 * current → generation-2                the one that is in force
 * links/tcx_ingress-3-1-00              a link for each place: hook, generation that made it, number
 * generation-2/version → TEXT
 * generation-2/programs/tcx_ingress-3-1-00  the program of the place, under the same name
 * generation-2/maps/calls                   what only a descriptor or a pin keeps alive: tail calls
 * ```
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { openFile } from '../../bpf/files.ts'
import { PinOwnerError, pinOwner, readText, removePin, removeTree, writeText } from '../../bpf/pins/directory.ts'
import { check, errnoName, NR, syscall } from '../../sys/index.ts'

const LOCK_EX = 2
const LOCK_NB = 4
const PREFIX = 'generation-'
const numberOf = (name: string): number => Number(name.slice(PREFIX.length))

/** The files of an owner's generations. */
export class GenerationFiles {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** Keeps other processes out until it is disposed, or this process ends.  @throws PinOwnerError when another one is at it. */
  lock(): Disposable {
    const fd = openFile(this.root)
    const result = syscall(NR.flock, fd.number, LOCK_EX | LOCK_NB)
    if (result >= 0) return fd
    fd.close()
    if (errnoName(result) !== 'EAGAIN') check(result, 'flock')
    throw new PinOwnerError(
      this.root,
      pinOwner(this.root),
      'is being changed by another process, or by another swap of this one',
    )
  }

  /** The number of the generation in force, 0 for none. */
  get current(): number {
    return numberOf(readText(`${this.root}/current`) ?? `${PREFIX}0`)
  }

  /** Says which generation is in force, in one step. */
  setCurrent(number: number): void {
    writeText(`${this.root}/current`, `${PREFIX}${number}`)
  }

  /** The numbers of all generations that there is something of. */
  get numbers(): number[] {
    return names(this.root).filter((name) => name.startsWith(PREFIX)).map(numberOf) // prettier-ignore
  }

  /** The places that have a link. */
  get places(): string[] {
    return names(`${this.root}/links`)
  }

  link(place: string): string {
    return `${this.root}/links/${place}`
  }

  program(number: number, place: string): string {
    return `${this.root}/${PREFIX}${number}/programs/${place}`
  }

  map(number: number, name: string): string {
    return `${this.root}/${PREFIX}${number}/maps/${name}`
  }

  /** The places that a generation has a program for. */
  programs(number: number): string[] {
    return names(`${this.root}/${PREFIX}${number}/programs`)
  }

  version(number: number): string {
    return readText(`${this.root}/${PREFIX}${number}/version`) ?? ''
  }

  /** Makes the directories of a generation. */
  make(number: number, version: string): void {
    mkdirSync(`${this.root}/links`, { recursive: true })
    for (const kind of ['programs', 'maps']) mkdirSync(`${this.root}/${PREFIX}${number}/${kind}`, { recursive: true })
    if (version !== '') writeText(`${this.root}/${PREFIX}${number}/version`, version)
  }

  /** Removes what there is of a generation. Its programs live on where links hold them. */
  remove(number: number): void {
    removeTree(`${this.root}/${PREFIX}${number}`)
  }

  /** Says that none is in force. */
  clearCurrent(): void {
    removePin(`${this.root}/current`)
  }

  /** Removes the directory with everything in it. */
  removeAll(): void {
    removeTree(this.root)
  }
}

const names = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory).toSorted() : [])
