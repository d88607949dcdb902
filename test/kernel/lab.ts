/**
 * A network namespace for one test, driven by iproute2 and ping.
 *
 * This is the independent witness of the kernel suite: it imports nothing of the library, so that what the library says
 * can be held against what another program sees.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

/** What a finished command left. */
export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** How a command is run. */
export interface RunOptions {
  /** What the command reads from its standard input. */
  readonly input?: string | undefined
  /** Milliseconds until it is killed; 60 000 unless told. */
  readonly timeout?: number | undefined
  /** Return a failure instead of throwing. */
  readonly mayFail?: boolean | undefined
  readonly env?: Record<string, string> | undefined
}

/** A command, as words or as a line that holds no quotes. */
export type Command = string | readonly string[]

/** How {@link Lab.ping} asks. */
export interface PingOptions {
  /** Echo requests; 3 unless told. */
  readonly count?: number | undefined
  /** Seconds between requests; 0.2 unless told. */
  readonly interval?: number | undefined
  /** Seconds to wait for the last answer; 1 unless told. */
  readonly wait?: number | undefined
  /** Source address or device (`ping -I`). */
  readonly from?: string | undefined
}

/** One object of `ip -j`. */
export type IpObject = Record<string, unknown>

const words = (command: Command): string[] =>
  typeof command === 'string' ? command.split(/\s+/).filter((word) => word !== '') : [...command]

/** Runs a command to its end, in the namespace that this process is in; throws with its words when it fails. */
export function run(command: Command, options: RunOptions = {}): Finished {
  const [file = '', ...args] = words(command)
  const done = spawnSync(file, args, {
    encoding: 'utf8',
    input: options.input ?? '',
    timeout: options.timeout ?? 60_000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
  })
  const finished = { status: done.status ?? 128, stdout: done.stdout ?? '', stderr: done.stderr ?? '' }
  if (finished.status !== 0 && !options.mayFail) {
    const why = done.error?.message ?? (done.signal === null ? `exit ${finished.status}` : `killed by ${done.signal}`)
    throw new Error(`${[file, ...args].join(' ')}: ${why}\n${finished.stderr}${finished.stdout}`.trimEnd())
  }
  return finished
}

/** A fresh network namespace with its `lo` up; `using lab = Lab.create()` removes it at the end of the block. */
export class Lab implements Disposable {
  /** Its name for `ip netns`. */
  readonly name: string
  readonly #children = new Set<ChildProcess>()
  #removed = false

  private constructor(name: string) {
    this.name = name
  }

  /** Makes a namespace under a random name that starts with `prefix`. */
  static create(prefix = 'lab'): Lab {
    const lab = new Lab(`${prefix}-${randomBytes(4).toString('hex')}`)
    run(['ip', 'netns', 'add', lab.name])
    lab.ip('link set lo up')
    return lab
  }

  /** The file that holds the namespace. */
  get path(): string {
    return `/run/netns/${this.name}`
  }

  /** Runs `ip` in the namespace and returns what it printed. */
  ip(command: Command, options?: RunOptions): string {
    return run(['ip', '-n', this.name, ...words(command)], options).stdout
  }

  /** Runs `ip -details -json` in the namespace and returns the objects that it printed. */
  json<T = IpObject>(command: Command): T[] {
    const text = this.ip(['-details', '-json', ...words(command)])
    return text.trim() === '' ? [] : (JSON.parse(text) as T[])
  }

  /** The one object that `ip -details -json` prints for a link; undefined when there is none of that name. */
  link(name: string): IpObject | undefined {
    return this.json('link show').find((link) => link['ifname'] === name)
  }

  /** Runs a command in the namespace to its end. */
  exec(command: Command, options?: RunOptions): Finished {
    return run(['ip', 'netns', 'exec', this.name, ...words(command)], options)
  }

  /** Starts a command in the namespace; it is killed when the lab is removed. */
  spawn(command: Command): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.name, ...words(command)], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }

  /** Sends echo requests from the namespace and counts the answers. */
  ping(address: string, options: PingOptions = {}): { sent: number; received: number } {
    const { count = 3, interval = 0.2, wait = 1, from } = options
    const source = from === undefined ? [] : ['-I', from]
    const ask = ['ping', '-n', '-q', '-c', `${count}`, '-i', `${interval}`, '-W', `${wait}`, ...source, address]
    const { stdout, stderr } = this.exec(ask, { mayFail: true, timeout: 30_000 + count * 1000 * (interval + wait) })
    const told = /(\d+) packets transmitted, (\d+) received/.exec(stdout)
    if (told === null) throw new Error(`ping ${address} in ${this.name}: ${stderr}${stdout}`.trimEnd())
    return { sent: Number(told[1]), received: Number(told[2]) }
  }

  /** Kills what was started in the namespace and removes it. */
  remove(): void {
    if (this.#removed) return
    this.#removed = true
    for (const child of this.#children) child.kill('SIGKILL')
    run(['ip', 'netns', 'del', this.name])
  }

  [Symbol.dispose](): void {
    this.remove()
  }
}
