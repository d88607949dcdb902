/**
 * The kernel's files about tracing.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { KernelError } from '../sys/index.ts'

const DIRECTORIES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']
const ENOENT = 2

/** Where tracefs is mounted.  @throws KernelError `ENOENT` with the remedy when it is nowhere. */
export function tracefs(): string {
  const found = DIRECTORIES.find((path) => existsSync(`${path}/events`))
  if (found !== undefined) return found
  throw new KernelError({
    errno: ENOENT,
    syscall: 'openat',
    attempted: 'look for tracefs',
    hint: `mount it: mount -t tracefs tracefs ${DIRECTORIES[0]}`,
  })
}

/** The number of a tracepoint, `subsystem/name`.  @throws KernelError `ENOENT` for one that the kernel does not have. */
export function tracepointId(name: string): number {
  const directory = tracefs()
  try {
    return Number(readFileSync(`${directory}/events/${name}/id`, 'utf8'))
  } catch {
    throw new KernelError({
      errno: ENOENT,
      syscall: 'openat',
      attempted: `look for tracepoint ${name}`,
      hint: `${directory}/available_events names those that the kernel has`,
    })
  }
}

/** The names of the kernel's functions that can be traced. */
export function traceableFunctions(): string[] {
  const text = readFileSync(`${tracefs()}/available_filter_functions`, 'utf8')
  return Array.from(text.matchAll(/^(\S+)/gm), ([, name]) => name!)
}

const DEVICES = '/sys/bus/event_source/devices'

/** The type number of a source of perf events.  @throws KernelError `EOPNOTSUPP` for one that the kernel does not have. */
export function eventSource(name: 'kprobe' | 'uprobe'): number {
  try {
    return Number(readFileSync(`${DEVICES}/${name}/type`, 'utf8'))
  } catch {
    const option = name === 'kprobe' ? 'CONFIG_KPROBE_EVENTS' : 'CONFIG_UPROBE_EVENTS'
    const attempted = `look for the event source ${name}`
    throw new KernelError({ errno: 95, syscall: 'openat', attempted, hint: `this kernel lacks ${option}` })
  }
}
