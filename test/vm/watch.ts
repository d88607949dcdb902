/** Pure: what a kernel's log says about how it fares. */

/** Lines after which a kernel is not to be trusted; each starts a report that goes on for some lines. */
const complaints =
  /BUG:|WARNING:|Oops|Kernel panic|general protection|Call Trace|rcu.*(stall|starved)|soft lockup|blocked for more than|UBSAN|KASAN|refcount_t|Unable to mount root/

/** What a console adds that says nothing: colours, carriage returns, the loader's clearing of the screen. */
// oxlint-disable-next-line no-control-regex -- these are the characters to remove
const noise = /\u001B\[[\d;?]*[A-Za-z]|\u001Bc|\r/g

/** The first complaint in a kernel's log with what follows it, or undefined where the kernel was content. */
export function complaint(log: string, lines = 60): string | undefined {
  const all = log.replace(noise, '').split('\n')
  const first = all.findIndex((line) => complaints.test(line))
  return first < 0 ? undefined : all.slice(first, first + lines).join('\n').trimEnd() // prettier-ignore
}

/** The last lines of a kernel's log. */
export function lastLines(log: string, lines = 60): string {
  return log.replace(noise, '').trimEnd().split('\n').slice(-lines).join('\n')
}

/** What `init` reported on the status port. */
export interface Status {
  /** Seconds from power-on to PID 1; undefined when it did not come to that. */
  readonly boot?: number | undefined
  /** The command's exit code. */
  readonly exit?: number | undefined
  /** Why the machine could not run the command. */
  readonly fail?: string | undefined
}

/** Reads the lines of the status port. */
export function parseStatus(text: string): Status {
  const last = (word: string): string | undefined => text.split('\n').findLast((line) => line.startsWith(`${word} `))?.slice(word.length + 1) // prettier-ignore
  const [boot, exit] = [last('boot'), last('exit')]
  return {
    boot: boot === undefined ? undefined : Number(boot),
    exit: exit === undefined ? undefined : Number(exit),
    fail: last('fail'),
  }
}
