/** Commands with a time limit that holds, whatever they do. */
import { spawn } from 'node:child_process'

/** How a command ended. */
export interface Ended {
  /** Its exit code; undefined when it was killed or never started. */
  readonly code: number | undefined
  readonly timedOut: boolean
  /** Both of its outputs, in the order in which they came. */
  readonly output: string
  readonly seconds: number
}

/** How a command is run. */
export interface ExecuteOptions {
  /** Seconds. */
  readonly timeout: number
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Takes the output as it comes. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** Runs a command to its end, or to its limit: then it and all that it started are killed. */
export function execute(file: string, args: readonly string[], options: ExecuteOptions): Promise<Ended> {
  const started = performance.now()
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that its children can be killed with it
    env: { ...process.env, ...options.env },
  })
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // it has ended
    }
  }
  process.once('exit', kill)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      options.onOutput?.(chunk.toString())
    })
  }
  return new Promise((resolve) => {
    let timedOut = false
    const finish = (code: number | undefined): void => {
      clearTimeout(timer)
      process.removeListener('exit', kill)
      resolve({ code, timedOut, output, seconds: (performance.now() - started) / 1000 })
    }
    const timer = setTimeout(() => {
      timedOut = true
      kill()
      // a process that the kernel itself holds does not die: go on without it
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        child.unref()
        finish(undefined)
      }, 3000).unref()
    }, options.timeout * 1000)
    child.once('error', (error) => {
      output += error.message
      finish(undefined)
    })
    child.once('close', (code) => finish(code ?? undefined))
  })
}

/** The last lines of an output. */
export function tail(text: string, lines = 60): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
