/** Which code an input leads to, by V8's own counters: blocks of functions in this repository. */
import { Session, type Profiler } from 'node:inspector'

const OURS = /\/src\/(?:asm|btf|elf|codec|netlink|bpf|cli)\//

/** Tells inputs that lead somewhere new. */
export class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  }

  /** How many places have been seen. */
  get size(): number {
    return this.#seen.size
  }

  /** Whether code has run since the last call that had not run before. */
  isNew(): boolean {
    const before = this.#seen.size
    let scripts: Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (!error) scripts = taken.result
    })
    for (const { url, functions } of scripts) {
      if (!OURS.test(url)) continue
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) this.#seen.add(`${url}:${startOffset}:${endOffset}`)
        }
      }
    }
    return this.#seen.size > before
  }

  close(): void {
    this.#session.disconnect()
  }
}
