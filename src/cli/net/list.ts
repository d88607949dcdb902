/**
 * `netkit link|addr|route|nexthop|rule|neigh|qdisc|netns list`.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { Rtnl } from '../../netlink/index.ts'
import { NetNs } from '../../netns/index.ts'
import { type Command, type Terminal, UsageError } from '../command.ts'
import { table } from '../table.ts'
import { ADDRESS_HEADINGS, addressJson, addressRow } from './address.ts'
import { LINK_HEADINGS, linkFields, linkJson, linkRow } from './link.ts'
import { LinkNames } from './names.ts'
import { NEIGHBOUR_HEADINGS, neighbourJson, neighbourRow } from './neighbour.ts'
import type { Json } from './plain.ts'
import { NEXTHOP_HEADINGS, nexthopJson, nexthopRow, ROUTE_HEADINGS, routeJson, routeRow } from './route.ts'
import { RULE_HEADINGS, ruleJson, ruleRow } from './rule.ts'
import { QDISC_HEADINGS, qdiscJson, qdiscRow } from './tc.ts'

type Row = readonly (string | number)[]

/** What is asked for besides the object. */
export interface ListFlags {
  readonly family: 'inet' | 'inet6' | undefined
  /** A routing table: a name, a number, or `all`. */
  readonly table: string | undefined
}

/** What a list is printed as. */
interface Listing {
  readonly json: Json[]
  readonly headings: readonly string[]
  readonly rows: readonly Row[]
}

type Lister = (rtnl: Rtnl, flags: ListFlags) => Listing

/** Objects in both forms. */
function listing<T>(
  items: readonly T[],
  headings: readonly string[],
  json: (item: T) => Json,
  row: (item: T) => Row,
): Listing {
  return { json: items.map(json), headings, rows: items.map(row) }
}

function tableOf(text: string | undefined): { readonly table?: 'main' | 'local' | 'default' | number } {
  if (text === 'all') return {}
  if (text === undefined || text === 'main' || text === 'local' || text === 'default') return { table: text ?? 'main' }
  if (!/^\d+$/.test(text)) throw new UsageError(`no table ${text}: main, local, default, all or a number`)
  return { table: Number(text) }
}

const FAMILIES = ['inet', 'inet6'] as const

/** The objects, by the word that `ip` has for each. */
const LISTS: Readonly<Record<string, { readonly does: string; readonly flags: string; readonly list: Lister }>> = {
  link: {
    does: 'the network devices',
    flags: '',
    list(rtnl) {
      const names = LinkNames.of(rtnl)
      const links = rtnl.links.list()
      return listing(
        links,
        LINK_HEADINGS,
        (link) => linkJson(link, names),
        (link) => linkRow(link, names),
      )
    },
  },
  addr: {
    does: 'the addresses, by device',
    flags: ' [-4|-6]',
    list(rtnl, { family }) {
      const names = LinkNames.of(rtnl)
      const addresses = rtnl.addresses.list({ family })
      const json = rtnl.links.list().map((link) => ({
        ...linkFields(link, names),
        addr_info: addresses.filter(({ dev }) => dev === link.index).map(addressJson),
      }))
      return { json, headings: ADDRESS_HEADINGS, rows: addresses.map((item) => addressRow(item, names.name(item.dev))) }
    },
  },
  route: {
    does: 'the routes of a table (main), or of all',
    flags: ' [-4|-6] [--table TABLE]',
    list(rtnl, { family, table: which }) {
      const names = LinkNames.of(rtnl)
      const families = family === undefined ? FAMILIES : [family]
      const routes = families.flatMap((one) => rtnl.routes.list({ family: one, ...tableOf(which) }))
      const named = routes.some(({ nhid }) => nhid !== undefined)
      const nexthops = new Map(named ? rtnl.nexthops.list().map((one) => [one.id ?? 0, one]) : [])
      return listing(
        routes,
        ROUTE_HEADINGS,
        (route) => routeJson(route, names, nexthops),
        (route) => routeRow(route, names),
      )
    },
  },
  nexthop: {
    does: 'the nexthop objects',
    flags: '',
    list(rtnl) {
      const names = LinkNames.of(rtnl)
      const nexthops = rtnl.nexthops.list()
      return listing(
        nexthops,
        NEXTHOP_HEADINGS,
        (one) => nexthopJson(one, names),
        (one) => nexthopRow(one, names),
      )
    },
  },
  rule: {
    does: 'the rules of the routing policy',
    flags: ' [-4|-6]',
    list(rtnl, { family }) {
      const families = family === undefined ? FAMILIES : [family]
      const rules = families.flatMap((one) => rtnl.rules.list({ family: one }))
      return listing(rules, RULE_HEADINGS, ruleJson, ruleRow)
    },
  },
  neigh: {
    does: 'the neighbours',
    flags: ' [-4|-6]',
    list(rtnl, { family }) {
      const names = LinkNames.of(rtnl)
      const all = rtnl.neighbours.list({ family })
      const items = all.filter((item) => item.state !== 'noarp' && (item.family === 'inet' || item.family === 'inet6'))
      return listing(
        items,
        NEIGHBOUR_HEADINGS,
        (one) => neighbourJson(one, names),
        (one) => neighbourRow(one, names),
      )
    },
  },
  qdisc: {
    does: 'the qdiscs',
    flags: '',
    list(rtnl) {
      const names = LinkNames.of(rtnl)
      return listing(
        rtnl.qdiscs.list(),
        QDISC_HEADINGS,
        (one) => qdiscJson(one, names),
        (one) => qdiscRow(one, names),
      )
    },
  },
  netns: {
    does: 'the named network namespaces, with the numbers that this one gives them',
    flags: '',
    list(rtnl) {
      const items = NetNs.list().map((name) => ({ name, id: idOf(rtnl, name) }))
      return listing(
        items,
        ['NAME', 'ID'],
        ({ name, id }) => ({ name, ...(id === undefined ? {} : { id }) }),
        ({ name, id }) => [name, id ?? ''],
      )
    },
  },
}

/** The number of a namespace; none for a file that holds no namespace any more. */
function idOf(rtnl: Rtnl, name: string): number | undefined {
  try {
    return rtnl.nsids.get(name)
  } catch {
    return undefined
  }
}

function parse(args: readonly string[]): { words: string[]; json: boolean; netns: string | undefined } & ListFlags {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', short: 'j' },
        netns: { type: 'string', short: 'n' },
        table: { type: 'string', short: 't' },
        inet: { type: 'boolean', short: '4' },
        inet6: { type: 'boolean', short: '6' },
      },
    })
    const { json = false, netns, table: which, inet, inet6 } = values
    if (inet && inet6) throw new Error('-4 and -6 exclude each other')
    return { words: positionals, json, netns, table: which, family: inet ? 'inet' : inet6 ? 'inet6' : undefined }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** The command of one object. */
function command(name: string): Command {
  const { does, flags, list } = LISTS[name]!
  return {
    usage: [[`list [--netns NETNS] [--json]${flags}`, `lists ${does}`]],
    run(args: readonly string[], terminal: Terminal) {
      const { words, json, netns, ...rest } = parse(args)
      const [verb = 'list', ...more] = words
      if (verb !== 'list' || more.length > 0) throw new UsageError(`${name} ${words.join(' ')}: it can only list`)
      using rtnl = Rtnl.open({ netns })
      const found = list(rtnl, rest)
      terminal.out(json ? `${JSON.stringify(found.json, undefined, 2)}\n` : table(found.headings, found.rows))
      return 0
    },
  }
}

/** The commands, by the word for each. */
export const lists: Readonly<Record<string, Command>> = Object.fromEntries(
  Object.keys(LISTS).map((name) => [name, command(name)]),
)
