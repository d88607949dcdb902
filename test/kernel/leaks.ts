/**
 * Set-up of every file of the kernel suite: what is open and what is named before the file must be so after it.
 */
import { readdirSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { run } from './lab.ts'

/** Kinds of file descriptor that a library for the kernel opens; pipes, epoll and files belong to Node and the runner. */
const ours =
  /^(socket:|anon_inode:\[?bpf|anon_inode:\[?btf|anon_inode:\[?perf|net:|mnt:|anon_inode:\[?pidfd|\/run\/netns\/)/

/** How long what closes in the background (an `…Async` close waits for a grace period) may take, in milliseconds. */
const patience = 3_000

let before: { fds: ReadonlySet<string>; namespaces: ReadonlySet<string> }

function openFds(): Set<string> {
  const found = new Set<string>()
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      if (ours.test(target)) found.add(`fd ${fd} → ${target}`)
    } catch {
      // the descriptor of the listing itself is gone by now
    }
  }
  return found
}

function namedNamespaces(): Set<string> {
  try {
    return new Set(readdirSync('/run/netns'))
  } catch {
    return new Set() // no namespace was ever named on this machine
  }
}

const added = (now: ReadonlySet<string>, then: ReadonlySet<string>): string[] => [...now].filter((x) => !then.has(x))

beforeAll(() => {
  before = { fds: openFds(), namespaces: namedNamespaces() }
})

afterAll(async () => {
  const left = (): string[] => [
    ...added(openFds(), before.fds),
    ...added(namedNamespaces(), before.namespaces).map((name) => `namespace ${name}`),
  ]
  for (const end = Date.now() + patience; left().length > 0 && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const leaked = left()
  // what one file leaves behind must not be blamed on the next, nor stay on the machine
  for (const name of added(namedNamespaces(), before.namespaces)) run(['ip', 'netns', 'del', name], { mayFail: true })
  if (leaked.length > 0) throw new Error(`this file leaked ${leaked.length}: ${leaked.join(', ')}`)
})
