/**
 * Links that belong together.
 *
 * @module
 */
import { type Link } from './link.ts'

/** Links that were made together, by the name of the program or table: closed together. */
export class Attachments implements Disposable, AsyncDisposable {
  readonly links: ReadonlyMap<string, Link>

  constructor(links: ReadonlyMap<string, Link>) {
    this.links = links
  }

  /** Closes all links, the last one first. A second call does nothing. */
  close(): void {
    for (const link of [...this.links.values()].toReversed()) link.close()
  }

  /** {@link close} on threads of the pool, all at once: each waits for an RCU grace period. */
  async closeAsync(): Promise<void> {
    await Promise.all(Array.from(this.links.values(), (link) => link.closeAsync()))
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it without holding up the event loop. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.closeAsync()
  }
}
