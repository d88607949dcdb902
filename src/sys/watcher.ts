/**
 * Readiness of a descriptor on Node's own event loop: no polling thread, no timer.
 *
 * `koffi.node.poll` is a `uv_poll` handle with seven traps; each is met here, and only here.
 *
 * @module
 */
import koffi from 'koffi'

interface PollHandle {
  close(): void
  ref(): void
  unref(): void
}

type Poll = (
  fd: number,
  events: { readable: boolean },
  callback: (status: number, events: unknown) => void,
) => PollHandle

// Trap 1: the declaration says that the callback takes (events); it takes (status, events).
const poll = (koffi as unknown as { node: { poll: Poll } }).node.poll

// Trap 6: a handle that nobody holds is collected and its polling stops in silence.
const live = new Set<FdWatcher>()
// Trap 5: libuv aborts the process on a second poller of one descriptor, so it is refused here.
const watched = new Set<number>()

/**
 * Calls back on the event loop whenever a descriptor is readable (level-triggered: read until EAGAIN).
 *
 * libuv makes the descriptor non-blocking. It has to be pollable, open and owned by the caller: a regular file or a closed descriptor
 * aborts the process inside libuv. Close the watcher before the descriptor.
 */
export class FdWatcher implements Disposable {
  #handle: PollHandle | undefined
  readonly #fd: number
  #flushing = false

  /**
   * Starts to watch. `onReadable` gets 0, or the negative error of libuv.
   *
   * @throws Error when the descriptor is watched already.
   */
  constructor(fd: number, onReadable: (status: number) => void) {
    if (watched.has(fd)) throw new Error(`file descriptor ${fd} is watched already`)
    this.#fd = fd
    this.#handle = poll(fd, { readable: true }, (status) => {
      if (!this.#flushing) {
        // Trap 2: on Node 26 no promise callback runs after this one unless something else wakes the loop.
        this.#flushing = true
        setImmediate(() => {
          this.#flushing = false
        })
      }
      try {
        if (this.#handle) onReadable(status)
      } catch (error) {
        // Trap 3: a throw in here raises no uncaughtException and stops all JavaScript.
        setImmediate(() => {
          throw error
        })
      }
    })
    watched.add(fd)
    live.add(this)
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#handle === undefined
  }

  /** Stops. A second call does nothing (trap 4: any other call on a closed handle is a segmentation fault). */
  close(): void {
    const handle = this.#handle
    if (!handle) return
    this.#handle = undefined
    live.delete(this)
    watched.delete(this.#fd)
    handle.close()
  }

  /** Keeps the process running while it watches, which it does unless told otherwise. */
  ref(): this {
    this.#handle?.ref()
    return this
  }

  /** Lets the process end though it watches. */
  unref(): this {
    this.#handle?.unref()
    return this
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}
