/**
 * Qdiscs as `tc -details -json qdisc` has them; classes and filters, for the monitor, with the same head.
 *
 * @module
 */
import type { Qdisc, TcClass, TcFilter } from '../../netlink/index.ts'
import type { LinkNames } from './names.ts'
import { cell, type Json, pick, plain } from './plain.ts'
import { qdiscOptions } from './qdisc-options.ts'

/** Places that have a word here and a number there. */
const PLACES: Readonly<Record<string, string>> = { clsact: 'ffff:fff1', ingress: 'ffff:fff2', egress: 'ffff:fff3' }
const NOWHERE = '0:'

function parentFields(parent: string): Json {
  if (parent === 'root') return { root: true }
  return parent === NOWHERE ? {} : { parent: PLACES[parent] ?? parent }
}

/** How sizes are counted, as far as it is told. */
function stabFields({ stab }: Qdisc): Json {
  if (stab?.base === undefined) return {}
  const { linklayer, overhead, mpu, mtu, tsize } = stab.base
  const told = Object.entries({ overhead, mpu, mtu, tsize }).filter(([, value]) => value !== 0)
  return { stab: { linklayer, ...Object.fromEntries(told) } }
}

/** A qdisc. */
export function qdiscJson(qdisc: Qdisc, names: LinkNames): Json {
  const { kind, handle, dev, parent, refcnt, hwOffload } = qdisc
  return {
    kind,
    handle,
    dev: names.name(dev),
    ...(hwOffload === undefined || hwOffload === 0 ? {} : { offloaded: true }),
    ...parentFields(parent),
    ...(refcnt === 1 ? {} : { refcnt }),
    ...pick(qdisc, { ingressBlock: 'ingress_block', egressBlock: 'egress_block' }),
    options: qdiscOptions(qdisc),
    ...stabFields(qdisc),
  }
}

const words = (options: Json): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${cell(value)}`.trim())
    .join(' ')

/** A qdisc as a row of a table. */
export function qdiscRow(qdisc: Qdisc, names: LinkNames): readonly (string | number)[] {
  const { kind = '', handle, dev, parent } = qdisc
  return [names.name(dev), kind, handle, parent, words(qdiscOptions(qdisc))]
}

/** Headings of {@link qdiscRow}. */
export const QDISC_HEADINGS = ['LINK', 'KIND', 'HANDLE', 'PARENT', 'OPTIONS'] as const

/** A class. */
export function classJson({ kind, handle, dev, parent, options }: TcClass, names: LinkNames): Json {
  return { class: kind, handle, dev: names.name(dev), ...parentFields(parent), options: plain(options ?? {}) }
}

/** A filter. */
export function filterJson(filter: TcFilter, names: LinkNames): Json {
  const { kind, dev, parent, block, protocol, prio, chain = 0, handle, options } = filter
  return {
    ...(block === undefined ? { dev: names.name(dev), ...parentFields(parent) } : { block }),
    protocol: String(protocol),
    pref: prio,
    kind,
    chain,
    handle,
    options: plain(options ?? {}),
  }
}

/** A class or a filter as a row of a table. */
export function plainRow(json: Json): readonly (string | number)[] {
  const { options, ...head } = json
  return [...Object.values(head).map(cell), words(options as Json)]
}
