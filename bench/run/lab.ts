/**
 * Network namespaces for the works that make links and routes: never the machine's own.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { Unavailable, which } from '../set-up/shell.ts'

/**
 * A namespace without a name, so that it meets nobody else's; gone when disposed, or when this process ends.
 *
 * A process that waits for the end of its input holds it.
 */
export class Lab implements Disposable {
  readonly #holder: ChildProcess

  private constructor(holder: ChildProcess) {
    this.#holder = holder
  }

  /** Makes one, with `lo` up.  @throws Unavailable with the reason when it cannot. */
  static async open(): Promise<Lab> {
    const ip = which('ip')
    if (ip === undefined) throw new Unavailable('there is no ip: apt-get install iproute2')
    if (process.getuid?.() !== 0) throw new Unavailable('making a network namespace needs root')
    const holder = spawn('unshare', ['--net', 'sh', '-c', `${ip} link set lo up && echo ready && exec cat`], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const said = await new Promise<string>((resolve, reject) => {
      holder.on('error', reject)
      holder.stdout.once('data', (text: Buffer) => resolve(text.toString()))
      holder.stderr.once('data', (text: Buffer) => resolve(text.toString()))
    })
    if (said.trim() !== 'ready') throw new Unavailable(`a network namespace cannot be made: ${said.trim()}`)
    return new Lab(holder)
  }

  /** What `setns(2)` opens. */
  get path(): string {
    return `/proc/${this.#holder.pid}/ns/net`
  }

  [Symbol.dispose](): void {
    this.#holder.stdin?.end()
  }
}

/** Whether the running kernel makes netkit pairs for us: asked in a namespace of its own, by whatever `ip` there is. */
export async function hasNetkit(): Promise<boolean> {
  try {
    using lab = await Lab.open()
    const asked = spawnSync('nsenter', [`--net=${lab.path}`, 'ip', 'link', 'add', 'type', 'netkit'])
    return asked.status === 0
  } catch (error) {
    if (error instanceof Unavailable) return false
    throw error
  }
}
