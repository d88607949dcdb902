/**
 * Programs in the kernel.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { ProgBindMap, ProgGetFdById, ProgGetNextId } from '../attrs/index.ts'
import { bpf, bpfFd, perform, performAsync, type Steps } from '../call.ts'
import { type AttachType, type ProgramType } from '../names.ts'
import { BpfObject, kindOf, objectIds, openPinOf, requireKind, WrongKindError } from '../object.ts'
import { type ProgramCode, programCode } from './code.ts'
import { programInfo, type ProgramInfo, type ProgramList, programList } from './info.ts'
import { loading, type ProgramOptions } from './load.ts'
import { type VerifierStats } from './log.ts'
import { running, type RunOptions, type RunResult } from './run.ts'

/** What is known of a program beside its descriptor. */
interface Known<T extends ProgramType> {
  readonly type: T
  readonly name: string
  readonly attachType?: AttachType | undefined
  readonly log?: string | undefined
  readonly stats?: VerifierStats | undefined
}

/**
 * A BPF program that the verifier has passed. The type parameter is its program type: only what fits a hook can be attached there.
 *
 * An attached program lives on without this object: the link, or the hook, holds it. Close the object when nothing is to be attached any more.
 */
export class Program<out T extends ProgramType = ProgramType> extends BpfObject {
  /** Its program type. */
  readonly type: T
  /** Its name, whole where it was loaded here; the kernel keeps 15 bytes of it. */
  readonly name: string
  /** The hook it was written for, where it was loaded here and one was said. */
  readonly attachType: AttachType | undefined
  /** The verifier's log, where `logLevel` asked for one. */
  readonly log: string
  /** What the verifier counted, where `logLevel` asked for it. */
  readonly stats: VerifierStats | undefined
  #id: number | undefined

  private constructor(fd: Fd, known: Known<T>) {
    super(fd)
    this.type = known.type
    this.name = known.name
    this.attachType = known.attachType
    this.log = known.log ?? ''
    this.stats = known.stats
  }

  override get title(): string {
    return `program ${JSON.stringify(this.name)}`
  }

  /**
   * Loads a program into the kernel (`BPF_PROG_LOAD`). The caller closes it.
   *
   * @throws VerifierError when the verifier refuses it: the message names program and cause, `log` has all of its words.
   * @throws KernelError what else the kernel refused: `EPERM` names the missing capability.
   */
  static load<const T extends ProgramType>(options: ProgramOptions<T>): Program<T> {
    return perform(Program.loading(options))
  }

  /** {@link load} on a thread of the pool: a large program keeps the verifier busy for a while. */
  static loadAsync<const T extends ProgramType>(options: ProgramOptions<T>): Promise<Program<T>> {
    return performAsync(Program.loading(options))
  }

  /** @internal The steps of {@link load}. */
  static *loading<const T extends ProgramType>(options: ProgramOptions<T>): Steps<Program<T>> {
    const { fd, log, stats } = yield* loading(options)
    const { type, name = '', attachType } = options
    return new Program(fd, { type, name, attachType, log, stats })
  }

  /**
   * Takes over the descriptor of a program. It is closed when it stands for something else.
   *
   * @throws WrongKindError when it is a map or a link, or the program is not of the type that was asked for.
   */
  static fromFd<const T extends ProgramType = ProgramType>(fd: Fd, type?: T): Program<T> {
    requireKind(fd, 'program', 'the descriptor')
    try {
      const info = programInfo(fd.number)
      if (type !== undefined && info.type !== type) {
        throw new WrongKindError(`program ${JSON.stringify(info.name)} is of type ${info.type}, not ${type}`)
      }
      return new Program(fd, { type: info.type as T, name: info.name })
    } catch (error) {
      fd.close()
      throw error
    }
  }

  /**
   * Opens a program by its id (`BPF_PROG_GET_FD_BY_ID`). The caller closes it. Needs CAP_SYS_ADMIN.
   *
   * @throws KernelError `ENOENT` when there is no program with this id.
   */
  static fromId<const T extends ProgramType = ProgramType>(id: number, type?: T): Program<T> {
    const open = () => ({ attempted: `open program ${id}` })
    return Program.fromFd(bpfFd(ProgGetFdById, { progId: id }, `program ${id}`, open), type)
  }

  /** Opens a pinned program (`BPF_OBJ_GET`). The caller closes it. The pin stays. */
  static loadPinned<const T extends ProgramType = ProgramType>(path: string, type?: T): Program<T> {
    return Program.fromFd(openPinOf('program', path), type)
  }

  /** The ids of all programs in the kernel, ascending. Needs CAP_SYS_ADMIN. */
  static ids(): Generator<number, void, undefined> {
    return objectIds(ProgGetNextId)
  }

  /** Whether it is of this type; tells the compiler so. */
  is<const K extends ProgramType>(type: K): this is Program<K> {
    return (this.type as ProgramType) === type
  }

  /** Its id in the kernel. */
  get id(): number {
    this.#id ??= programInfo(this.fd.number).id
    return this.#id
  }

  /** What the kernel tells about it now. */
  info(): ProgramInfo {
    return programInfo(this.fd.number)
  }

  /**
   * One of its lists as the kernel has it: the translated instructions, the machine code, function and line records. Empty where the kernel
   * has none, or does not show it to this user.
   */
  list(list: ProgramList): Uint8Array {
    return programList(this.fd.number, list)
  }

  /** Its instructions after the verifier, its functions with their machine code, and the lines of source that they come from. */
  code(): ProgramCode {
    return programCode(this.fd.number)
  }

  /**
   * Runs it on data of the caller's (`BPF_PROG_TEST_RUN`), attached to nothing.
   *
   * @throws KernelError `EINVAL` for data or a context that its type does not take.
   */
  run(options: RunOptions = {}): RunResult {
    return perform(running(this.fd.number, this.type, options, this.name))
  }

  /** {@link run} on a thread of the pool, for many repetitions. */
  runAsync(options: RunOptions = {}): Promise<RunResult> {
    return performAsync(running(this.fd.number, this.type, options, this.name))
  }

  /** Makes it hold a map that its instructions do not mention (`BPF_PROG_BIND_MAP`). Requires Linux 5.10. */
  bindMap(map: BpfObject): void {
    if (kindOf(map.fd.number) === 'program') throw new WrongKindError('only a map can be bound to a program')
    bpf(ProgBindMap, { progFd: this.fd.number, mapFd: map.fd.number })
  }

  /** A second object for the same program, closed on its own. */
  clone(): Program<T> {
    const { type, name, attachType, log, stats } = this
    return new Program<T>(this.fd.dup(), { type, name, attachType, log, stats })
  }
}
