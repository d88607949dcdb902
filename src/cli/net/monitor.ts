/**
 * `netkit monitor`: what happens, line by line.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type Change, type MonitorKind, type ObjectChange, Rtnl } from '../../netlink/index.ts'
import { type Command, type Terminal, UsageError } from '../command.ts'
import { addressJson, addressRow } from './address.ts'
import { linkJson, linkRow } from './link.ts'
import { LinkNames } from './names.ts'
import { fdbJson, neighbourJson, neighbourRow } from './neighbour.ts'
import type { Json } from './plain.ts'
import { nexthopJson, nexthopRow, routeJson, routeRow } from './route.ts'
import { ruleJson, ruleRow } from './rule.ts'
import { classJson, filterJson, plainRow, qdiscJson, qdiscRow } from './tc.ts'

/** Kinds by the words that `ip` has for them. */
const KINDS: Readonly<Record<string, MonitorKind>> = {
  link: 'link',
  addr: 'address',
  address: 'address',
  route: 'route',
  nexthop: 'nexthop',
  rule: 'rule',
  neigh: 'neighbour',
  fdb: 'fdb',
  nsid: 'nsid',
  qdisc: 'qdisc',
  class: 'class',
  filter: 'filter',
}

const WORDS: Readonly<Record<MonitorKind, string>> = {
  link: 'link',
  address: 'addr',
  route: 'route',
  nexthop: 'nexthop',
  rule: 'rule',
  neighbour: 'neigh',
  fdb: 'fdb',
  nsid: 'nsid',
  qdisc: 'qdisc',
  class: 'class',
  filter: 'filter',
}

function toJson(change: ObjectChange, names: LinkNames): Json {
  switch (change.kind) {
    case 'link':
      return linkJson(change.object, names)
    case 'address':
      return { dev: names.name(change.object.dev), ...addressJson(change.object) }
    case 'route':
      return routeJson(change.object, names)
    case 'nexthop':
      return nexthopJson(change.object, names)
    case 'rule':
      return { family: change.object.family, ...ruleJson(change.object) }
    case 'neighbour':
      return neighbourJson(change.object, names)
    case 'fdb':
      return fdbJson(change.object, names)
    case 'nsid':
      return { nsid: change.object.nsid }
    case 'qdisc':
      return qdiscJson(change.object, names)
    case 'class':
      return classJson(change.object, names)
    case 'filter':
      return filterJson(change.object, names)
  }
}

function toCells(change: ObjectChange, names: LinkNames): readonly (string | number)[] {
  switch (change.kind) {
    case 'link':
      return linkRow(change.object, names)
    case 'address':
      return addressRow(change.object, names.name(change.object.dev))
    case 'route':
      return routeRow(change.object, names)
    case 'nexthop':
      return nexthopRow(change.object, names)
    case 'rule':
      return ruleRow(change.object)
    case 'neighbour':
      return neighbourRow(change.object, names)
    case 'fdb':
      return Object.values(fdbJson(change.object, names)).map(String)
    case 'nsid':
      return [change.object.nsid]
    case 'qdisc':
      return qdiscRow(change.object, names)
    case 'class':
      return plainRow(classJson(change.object, names))
    case 'filter':
      return plainRow(filterJson(change.object, names))
  }
}

const SIGNS = { added: '+', changed: '~', removed: '-' } as const

/** One change, as a line. */
function line(change: Change, names: LinkNames, json: boolean): string {
  if (change.type === 'resync') {
    if (json) return JSON.stringify({ event: 'resync', reason: change.reason, changes: change.changes })
    return `* ${change.reason}: ${change.changes} changes`
  }
  const { type, kind, nsid } = change
  const where = nsid === undefined ? {} : { nsid }
  if (json) return JSON.stringify({ event: type, object: WORDS[kind], ...where, ...toJson(change, names) })
  const cells = toCells(change, names).filter((cell) => cell !== '')
  return `${SIGNS[type]} ${WORDS[kind]}${nsid === undefined ? '' : ` [netns ${nsid}]`} ${cells.join('  ')}`
}

interface Asked {
  readonly kinds: readonly MonitorKind[]
  readonly json: boolean
  readonly netns: string | undefined
  readonly allNsids: boolean
  readonly initial: boolean
}

function parse(args: readonly string[]): Asked {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', short: 'j' },
        netns: { type: 'string', short: 'n' },
        'all-nsid': { type: 'boolean' },
        initial: { type: 'boolean' },
      },
    })
    const words = positionals.length === 0 ? Object.values(WORDS) : positionals
    const kinds = words.map((word) => {
      if (!Object.hasOwn(KINDS, word)) throw new Error(`no object ${word}: there are ${Object.keys(KINDS).join(', ')}`)
      return KINDS[word]!
    })
    const { json = false, netns, 'all-nsid': allNsids = false, initial = false } = values
    return { kinds: [...new Set(kinds)], json, netns, allNsids, initial }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Prints until a signal comes, which is told through `signal`. */
async function follow(asked: Asked, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { kinds, json, netns, allNsids, initial } = asked
  using rtnl = Rtnl.open({ netns })
  const names = LinkNames.of(rtnl)
  // Links are followed in any case: the others name them by number.
  using monitor = rtnl.monitor(...new Set<MonitorKind>(['link', ...kinds]), { signal, initial, allNsids })
  try {
    for await (const change of monitor) {
      if (change.type === 'resync' || kinds.includes(change.kind)) terminal.out(`${line(change, names, json)}\n`)
      if (change.type === 'resync' || change.kind !== 'link' || change.nsid !== undefined) continue
      if (change.type === 'removed') names.forget(change.object)
      else names.learn(change.object)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Follows changes. */
export const monitor: Command = {
  usage: [
    [
      '[OBJECT…] [--netns NETNS] [--json] [--initial] [--all-nsid]',
      `tells what happens to ${Object.values(WORDS).join(', ')}`,
    ],
  ],
  async run(args, terminal) {
    const asked = parse(args)
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    process.once('SIGINT', stop).once('SIGTERM', stop)
    try {
      await follow(asked, terminal, controller.signal)
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop)
    }
    return 0
  },
}
