/**
 * What a command of `netkit` is.
 *
 * @module
 */

/** Where a command writes. */
export interface Terminal {
  /** What was asked for. */
  out(text: string): void
  /** What went wrong. */
  err(text: string): void
}

/** A command, or a group of them. */
export interface Command {
  /** What follows the command's name, and what it does: a line each. */
  readonly usage: readonly (readonly [synopsis: string, does: string])[]
  /** Runs it; gives the exit status: 0 done, 1 it failed, 2 it was called in a way that makes no sense. */
  run(args: readonly string[], terminal: Terminal): number | Promise<number>
}

/** A command was called in a way that makes no sense. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
  readonly code = 'ERR_USAGE'
}

/** The text of a command's `usage`, in columns. */
export function usageText(name: string, { usage }: Command): string {
  const width = Math.max(...usage.map(([synopsis]) => synopsis.length))
  return usage.map(([synopsis, does]) => `  netkit ${name} ${synopsis.padEnd(width)}  ${does}\n`).join('')
}
