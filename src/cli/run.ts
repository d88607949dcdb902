/**
 * Finds the command that is asked for and runs it.
 *
 * @module
 */
import { type Command, type Terminal, UsageError, usageText } from './command.ts'

/** The commands by name. Each is read when it is called: what needs no kernel does not load the way to it. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  ...Object.fromEntries(
    ['link', 'addr', 'route', 'nexthop', 'rule', 'neigh', 'qdisc', 'netns'].map((name) => [
      name,
      async () => (await import('./net/list.ts')).lists[name]!,
    ]),
  ),
  monitor: async () => (await import('./net/monitor.ts')).monitor,
  object: async () => (await import('./object/command.ts')).object,
  features: async () => (await import('./features/command.ts')).features,
}

async function help(terminal: Terminal): Promise<void> {
  terminal.out('Usage:\n')
  for (const [name, read] of Object.entries(COMMANDS)) terminal.out(usageText(name, await read()))
}

/** Runs the command of these arguments; gives the exit status, and never throws for what a user did. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args
  if (/^(help|--help|-h)$/.test(name)) {
    await help(terminal)
    return args.length === 0 ? 2 : 0
  }
  const read = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!read) {
    terminal.err(`netkit: no command ${name}: there are ${Object.keys(COMMANDS).join(', ')}\n`)
    return 2
  }
  const command = await read()
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    terminal.err(`netkit ${name}: ${error.message}\n`)
    if (!(error instanceof UsageError)) return 1
    terminal.err(`Usage:\n${usageText(name, command)}`)
    return 2
  }
}
