/** Which attributes of the traffic control no row of the differential test tells: none without a reason. */
import { expect, test } from 'vitest'

import { type AnyCodec, isMany, resolve, tableOf } from '../../../src/codec/index.ts'
import { actionKinds, classKinds, filterKinds, qdiscKinds } from '../../../src/netlink/route/tc/index.ts'
import { rows as filterRows } from './tc-filter-rows.ts'
import { rows as otherRows } from './tc-rows.ts'

/** Attributes that no row tells, and why. */
const UNTOLD: Readonly<Record<string, RegExp>> = {
  'only read': /\.(tm|pcnt|id|tag|inHwCount)$/,
  padding: /\.pad$/,
  'a program is loaded by its own test': /^(filter|action) bpf\./,
  'with words of its own for what is on the wire: the members of the row are those of the options':
    /^(qdisc tbf|qdisc htb|class htb|action police)\./,
  'of old, and without a word in tc': /\.(police|flowDefaultRate)$/,
  'a table of numbers that tc reads from a file': /netem\.(delayDist|slotDist)$/,
  'tc cannot read what it prints': /fq\.weights$/,
  'tc has no word for it': /flower\.(encUdpSrcPort(Mask)?|encUdpDstPortMask|hash(Mask)?)$/,
  'the fields of a tunnel that another row of the same file tells':
    /\.(erspan|geneve|gtp|pfcp)\b|tunnel_key\.encOpts\./,
  'no program of this tc knows it, or no kernel of the matrix':
    /\.(blockid|pppoeSid|pppProto|cfm|queueMappingMax|noFrag|helper\w+|mdLevel|opcode)$/,
  'hash tables of u32, that make no filter': /u32\.(hash|link|divisor)$/,
  'the other family of the same words': /ct\.natIpv6\w+$/,
}

/** The attributes of a table, by their paths. */
function* attributes(codec: AnyCodec, path: string): Generator<string> {
  for (const { name, codec: of } of tableOf(codec)?.rows ?? []) {
    yield `${path}.${name}`
    yield* attributes(resolve(isMany(of) ? of.of : of), `${path}.${name}`)
  }
}

/** The members of what rows tell, by their paths; actions by themselves. */
function* told(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const one of value as { kind?: string; options?: object }[]) {
      if (path.endsWith('.actions')) yield* told(one.options, `action ${one.kind}`)
      else yield* told(one, path)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      yield `${path}.${name}`
      yield* told(inner, `${path}.${name}`)
    }
  }
}

test('every attribute has a row, or a reason', () => {
  const has = new Set(
    [...otherRows, ...filterRows].flatMap(({ object, spec }) => [...told(spec['options'], `${object} ${spec.kind}`)]),
  )
  const all = Object.entries({
    qdisc: qdiscKinds,
    class: classKinds,
    filter: filterKinds,
    action: actionKinds,
  }).flatMap(([object, kinds]) =>
    Object.entries(kinds).flatMap(([kind, codec]) => [...attributes(codec as AnyCodec, `${object} ${kind}`)]),
  )
  expect(all.length).toBeGreaterThan(200)
  const without = all.filter((path) => !has.has(path))
  const reasons = Object.values(UNTOLD)
  expect(without.filter((path) => !reasons.some((reason) => reason.test(path)))).toEqual([])
  const idle = Object.entries(UNTOLD).filter(([, reason]) => !without.some((path) => reason.test(path)))
  expect(idle).toEqual([])
})
