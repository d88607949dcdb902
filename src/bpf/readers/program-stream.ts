/**
 * What programs print for themselves: `bpf_stream_printk`, and the kernel's own reports of what went wrong in them.
 *
 * @module
 */
import { ProgStreamRead } from '../attrs/index.ts'
import { bpf } from '../call.ts'
import { type Program } from '../programs/program.ts'
import { type StreamOptions } from './decode.ts'

/** `BPF_STREAM_STDOUT` and `BPF_STREAM_STDERR`. */
const STREAMS = { stdout: 1, stderr: 2 } as const

/** A stream of a program. The kernel writes to `stderr` itself: spin locks that hang, loops that were ended, faults in an arena. */
export type ProgramStreamName = keyof typeof STREAMS

/** How a program's stream is followed. */
export interface FollowOptions extends StreamOptions {
  /** Milliseconds between two looks at an empty stream, 100 unless said. */
  readonly interval?: number | undefined
}

const INTERVAL = 100
const CHUNK = 16 * 1024

/**
 * Reads a stream of a program (`BPF_PROG_STREAM_READ_BY_FD`). What was read is gone for all who read it. The kernel keeps 100 KiB a stream and
 * gives the program `ENOSPC` beyond. Requires Linux 6.17.
 *
 * It is the one source that the kernel does not announce: it can only be looked at again from time to time. It holds nothing that would have
 * to be closed; the program has to stay open.
 */
export class ProgramStream {
  readonly #program: Program
  readonly #name: ProgramStreamName

  /** A stream of this program, `stdout` or `stderr`. */
  constructor(program: Program, name: ProgramStreamName) {
    this.#program = program
    this.#name = name
  }

  /**
   * The bytes that are there, none when there are none.
   *
   * @throws KernelError `EINVAL` before Linux 6.17, ClosedError when the program is closed.
   */
  read(): Uint8Array {
    const chunks: Uint8Array[] = []
    for (;;) {
      const chunk = new Uint8Array(CHUNK)
      const result = bpf(
        ProgStreamRead,
        {
          progFd: this.#program.fd.number,
          streamId: STREAMS[this.#name],
          streamBuf: chunk,
          streamBufLen: chunk.length,
        },
        (code) => ({
          attempted: `read ${this.#name} of program ${JSON.stringify(this.#program.name)}`,
          hint: code === 'EINVAL' ? 'programs have streams since Linux 6.17' : undefined,
        }),
      )
      if (result > 0) chunks.push(chunk.subarray(0, result))
      if (result < chunk.length) break
    }
    return chunks.length === 1 ? chunks[0]! : joined(chunks)
  }

  /** The text that is there. */
  text(): string {
    return new TextDecoder().decode(this.read())
  }

  /**
   * The bytes as they come, until the signal aborts or the program is closed.
   *
   * @throws the signal's reason, KernelError `EINVAL` before Linux 6.17.
   */
  async *chunks(options: FollowOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal, interval = INTERVAL } = options
    while (!this.#program.closed) {
      signal?.throwIfAborted()
      const bytes = this.read()
      if (bytes.length > 0) yield bytes
      else await pause(interval, signal)
    }
  }

  /**
   * The lines as they come, without their ends; what has no end of line yet when the program is closed is the last.
   *
   * @throws as {@link chunks}.
   */
  async *lines(options?: FollowOptions): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of this.chunks(options)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    rest += decoder.decode()
    if (rest !== '') yield rest
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal?.addEventListener('abort', done)
  })
}
