/**
 * Programs on hooks that are exchanged as one, and outlive the process that put them there.
 *
 * @module
 */
import { renameSync } from 'node:fs'
import { loadPinnedLink } from '../../bpf/links/kinds.ts'
import { type Link, UpdatableLink } from '../../bpf/links/link.ts'
import { type BpfMap } from '../../bpf/maps/map.ts'
import { claimDirectory, pinName, removePin } from '../../bpf/pins/directory.ts'
import { Program } from '../../bpf/programs/program.ts'
import { KernelError } from '../../sys/index.ts'
import { GenerationFiles } from './files.ts'
import { type HookSet } from './set.ts'
import { doLater, doNow, wait, type Work } from './work.ts'

/** Whose generations they are, and where. */
export interface GenerationsOptions {
  /** A directory in a bpffs, this owner's alone: it is made when it is missing. */
  readonly path: string
  /** Whose it is: another owner's directory is refused. */
  readonly owner: string
}

/** A step of an exchange, told when it is done; `place` names the hook and the link: `tcx_ingress-3-1-00`. */
export interface GenerationStep {
  /**
   * `prepare`: all is pinned. `update`: a link has the new program. `attach`: there is a link more. `switch`: the new generation is the one in
   * force. `restore`: a link has the program of the generation in force again. `detach`: there is a link less. `clean`: a former generation is
   * gone.
   */
  readonly kind: 'prepare' | 'update' | 'attach' | 'switch' | 'restore' | 'detach' | 'clean'
  readonly place?: string | undefined
}

/** What comes into force. */
export interface GenerationOptions {
  /** What it has on each hook. A hook that is left out is left by the programs of the generation before. */
  readonly hooks: readonly HookSet[]
  /** Maps that are pinned as long as the generation is in force, by name: those of tail calls are emptied when nothing else holds them. */
  readonly maps?: Readonly<Record<string, BpfMap>> | undefined
  /** A word about it for people and for the next run. */
  readonly version?: string | undefined
  /** Told of each step. What it throws before `switch` undoes the exchange. */
  readonly onStep?: ((step: GenerationStep) => void) | undefined
}

/** The generation in force. */
export interface Generation {
  readonly number: number
  readonly version: string
  /** Its places: hook and number of the program there. */
  readonly places: readonly string[]
}

type Tell = (kind: GenerationStep['kind'], place?: string) => void

/**
 * The programs of an owner on its hooks, exchanged generation by generation. Everything is pinned: it stays when the process ends, and the next
 * process goes on from there.
 *
 * A hook that has one program before and after keeps its link, whose program is exchanged by `BPF_LINK_UPDATE`: every packet sees the old one or the
 * new one, with whatever that calls by its tail-call maps. Where there are several, the new ones are attached behind the old ones, first to last, and
 * then the old ones are detached, last to first. The first program that does not say `next` decides, so the verdict on every packet is that of the
 * old set or that of the new one; in the short time between, programs of both may run. Several hooks go over one after the other.
 *
 * A process that is killed at any point leaves it so: on each hook the old set or the new one is whole. {@link Generations.recover}, which
 * {@link Generations.swap} begins with, undoes or finishes the rest.
 *
 * Requires Linux 5.9 and what the hooks require. Needs CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN.
 */
export class Generations {
  readonly #files: GenerationFiles

  private constructor(files: GenerationFiles) {
    this.#files = files
  }

  /**
   * Takes the directory for its owner: makes it, or goes on with what is there. Nothing is kept open.
   *
   * @throws PinOwnerError when it is somebody else's.
   */
  static open({ path, owner }: GenerationsOptions): Generations {
    claimDirectory(path, owner)
    return new Generations(new GenerationFiles(path))
  }

  /** Where it is. */
  get path(): string {
    return this.#files.root
  }

  /** The generation in force; undefined before the first. */
  get current(): Generation | undefined {
    const number = this.#files.current
    if (number === 0) return undefined
    return { number, version: this.#files.version(number), places: this.#files.programs(number) }
  }

  /**
   * Puts a generation in the place of the one in force. When a step fails, those before it are undone and the former one is in force.
   *
   * A link whose interface or cgroup is gone is made anew. Maps and programs stay the caller's and may be closed afterwards.
   *
   * @throws KernelError what the kernel refused: `EEXIST` when one of its programs is on the hook at another place.
   * @throws TypeError for two sets on one hook, PinOwnerError when another process is at it.
   */
  swap(options: GenerationOptions): Generation {
    using _ = this.#files.lock()
    return doNow(this.#swapping(options))
  }

  /** {@link swap} with the grace periods of the kernel, 8–20 ms for each attachment and detachment, on threads of the pool. */
  async swapAsync(options: GenerationOptions): Promise<Generation> {
    using _ = this.#files.lock()
    return await doLater(this.#swapping(options))
  }

  /**
   * Makes whole what a killed process left: an exchange that did not come to its `switch` is undone, one that did is finished. Gives the places that
   * were given their program again or detached; none when all was well.
   *
   * @throws PinOwnerError when another process is at it.
   */
  recover(): readonly string[] {
    using _ = this.#files.lock()
    return doNow(this.#recovering())
  }

  /** Takes all programs off their hooks, last to first, and removes the directory.  @throws PinOwnerError when another process is at it. */
  remove(): void {
    using _ = this.#files.lock()
    doNow(this.#removing())
  }

  /** {@link remove} with the grace periods of the kernel on threads of the pool. */
  async removeAsync(): Promise<void> {
    using _ = this.#files.lock()
    await doLater(this.#removing())
  }

  *#swapping(options: GenerationOptions): Work<Generation> {
    const files = this.#files
    yield* this.#recovering()
    const number = files.current + 1
    const tell: Tell = (kind, place) => options.onStep?.({ kind, place })
    const plans = planOf(files, options.hooks)
    try {
      this.#prepare(number, plans, options)
      tell('prepare')
      for (const plan of plans) yield* this.#applying(plan, tell)
      files.setCurrent(number)
    } catch (error) {
      yield* this.#recovering()
      throw error
    }
    tell('switch')
    yield* this.#settling(tell)
    return { number, version: options.version ?? '', places: files.programs(number) }
  }

  *#recovering(): Work<readonly string[]> {
    const touched: string[] = []
    yield* this.#settling((kind, place) => {
      if (kind !== 'clean' && place !== undefined) touched.push(place)
    })
    return touched
  }

  *#removing(): Work<void> {
    this.#files.clearCurrent()
    yield* this.#recovering()
    this.#files.removeAll()
  }

  #prepare(number: number, plans: readonly Plan[], { maps = {}, version = '' }: GenerationOptions): void {
    const files = this.#files
    files.make(number, version)
    for (const { set, places } of plans) {
      for (const [index, program] of set.programs.entries()) program.pin(files.program(number, places[index]!))
    }
    for (const [name, map] of Object.entries(maps)) map.pin(files.map(number, pinName(name)))
  }

  /** Brings the programs of a set onto their hook: by an update of the one link, or behind all that are there. */
  *#applying({ set, places, former }: Plan, tell: Tell): Work<void> {
    let previous = lastAlive(former.map((place) => this.#files.link(place)))
    try {
      for (const [index, place] of places.entries()) {
        const path = this.#files.link(place)
        const kept = former.includes(place) ? updateLink(set, index, path) : undefined
        const link: Link = kept ?? (yield* attachLink(set, index, previous, path))
        previous?.close()
        previous = link
        tell(kept ? 'update' : 'attach', place)
      }
    } finally {
      previous?.close()
    }
  }

  /** Makes links and directories agree with what is in force. Programs are put back before any link goes. */
  *#settling(tell: Tell): Work<void> {
    const files = this.#files
    const current = files.current
    const own = new Set(files.programs(current))
    const places = files.places
    for (const place of places) {
      if (own.has(place) && restoreLink(files.link(place), files.program(current, place))) tell('restore', place)
    }
    // Last to first: what is left of a set decides nothing that the whole set did not.
    for (const place of places.toReversed()) {
      if (!own.has(place) && (yield* dropLink(files.link(place)))) tell('detach', place)
    }
    for (const number of files.numbers) {
      if (number === current) continue
      files.remove(number)
      tell('clean')
    }
  }
}

/** How a set comes onto its hook. */
interface Plan {
  readonly set: HookSet
  /** The places of its programs. */
  readonly places: readonly string[]
  /** The places of the generation before, first to last. */
  readonly former: readonly string[]
}

/** A place is named by its hook, the generation that its link was made in, and the number there. */
function planOf(files: GenerationFiles, hooks: readonly HookSet[]): Plan[] {
  const number = files.current + 1
  const before = files.programs(files.current)
  const keys = new Set(hooks.map(({ key }) => key))
  if (keys.size < hooks.length) throw new TypeError('a generation has one set on a hook')
  return hooks.map((set) => {
    const former = before.filter((place) => place.replace(/-\d+-\d+$/, '') === set.key)
    const kept = former.length === 1 && set.programs.length === 1
    const places = set.programs.map((_, index) => `${set.key}-${number}-${`${index}`.padStart(2, '0')}`)
    return { set, former, places: kept ? former : places }
  })
}

const failed = (error: unknown, code: string): boolean => error instanceof KernelError && error.code === code

/** Opens a pinned link; undefined when there is none. */
function openLink(path: string): Link | undefined {
  try {
    return loadPinnedLink(path)
  } catch (error) {
    if (failed(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Detaches what a pinned link holds; whether there was one. A pin alone that goes lets the kernel detach it later, a descriptor at once. */
function* dropLink(path: string): Work<boolean> {
  const link = openLink(path)
  removePin(path)
  if (link) yield* wait(() => link.close(), () => link.closeAsync()) // prettier-ignore
  return link !== undefined
}

/** The last of some links that is still on its hook. The caller closes it. */
function lastAlive(paths: readonly string[]): Link | undefined {
  for (const path of paths.toReversed()) {
    const link = openLink(path)
    if (link && (link.info() as { ifindex?: number }).ifindex !== 0) return link
    link?.close()
  }
  return undefined
}

/** The pinned link with its new program; undefined when there is none, or what it was on is gone. */
function updateLink(set: HookSet, index: number, path: string): Link | undefined {
  const link = openLink(path)
  if (!link) return undefined
  try {
    set.update(index, link)
    return link
  } catch (error) {
    link.close()
    if (failed(error, 'ENOLINK')) return undefined
    throw error
  }
}

/** A new link, pinned: in the place of one that is dead, if there is one. */
function* attachLink(set: HookSet, index: number, previous: Link | undefined, path: string): Work<Link> {
  const link = yield* wait(() => set.attach(index, previous), () => set.attachAsync(index, previous)) // prettier-ignore
  try {
    const temporary = `${path}-next`
    removePin(temporary)
    link.pin(temporary)
    renameSync(temporary, path)
    return link
  } catch (error) {
    link.close()
    throw error
  }
}

/** Gives a link the program of the generation in force; whether it had another one. A link whose hook is gone is left for the next exchange. */
function restoreLink(linkPath: string, programPath: string): boolean {
  using link = openLink(linkPath)
  if (!(link instanceof UpdatableLink)) return false
  using program = Program.loadPinned(programPath)
  if (link.info().programId === program.id) return false
  try {
    ;(link as UpdatableLink<typeof program.type>).update(program)
    return true
  } catch (error) {
    if (failed(error, 'ENOLINK')) return false
    throw error
  }
}
