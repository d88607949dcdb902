/**
 * `netkit qdisc list` beside `tc -details -json qdisc`: the same names, the same values.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { run } from '../../../src/cli/run.ts'
import { type QdiscSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { rows } from '../../unit/netlink/tc-rows.ts'
import { type IpObject, Lab } from '../lab.ts'
import { needs } from '../needs.ts'

/** Members that an older `tc` does not print, or prints in the order of its memory. */
const AT_RANDOM = new Set(['seed'])

/** Ours with nothing that theirs has not. */
function asFar(one: unknown, theirs: unknown): unknown {
  if (Array.isArray(theirs) && Array.isArray(one)) return one.map((item, i) => asFar(item, theirs[i]))
  if (typeof theirs !== 'object' || theirs === null || typeof one !== 'object' || one === null) return one
  const names = Object.keys(theirs).filter((name) => !AT_RANDOM.has(name))
  return Object.fromEntries(names.map((name) => [name, asFar((one as IpObject)[name], (theirs as IpObject)[name])]))
}

describe('netkit qdisc', needs(), () => {
  let lab: Lab
  let nl: Rtnl

  beforeAll(() => {
    lab = Lab.create('cliq')
    nl = Rtnl.open({ netns: lab.name })
    nl.links.add({ name: 'x', up: true, linkinfo: { kind: 'veth', data: { peer: { name: 'xp' } } } })
  })
  afterAll(() => {
    nl?.close()
    lab?.remove()
  })
  afterEach(() => {
    for (const { kind, parent, handle } of nl?.qdiscs.list({ dev: 'x' }) ?? [])
      if (handle !== '0:' && (parent === 'root' || parent === 'clsact')) nl.qdiscs.delete({ dev: 'x', kind, parent })
  })

  /** What the command prints. */
  const netkit = async (...args: string[]): Promise<string> => {
    let [out, err] = ['', '']
    const terminal = {
      out: (text: string): void => void (out += text),
      err: (text: string): void => void (err += text),
    }
    const status = await run(['qdisc', 'list', '--netns', lab.name, ...args], terminal)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    return out
  }

  // what `tc` prints of peak rates it reckons with times in whole µs, and with 32 bits
  const told = rows.filter(({ object, tc }) => object === 'qdisc' && !tc.includes('peakrate'))
  for (const { spec, before, tc, needs: more = [] } of told) {
    test(`${tc.slice(0, 80)}`, needs(...more), async () => {
      for (const line of before ?? []) lab.exec(`tc ${line}`)
      nl.qdiscs.add({ dev: 'x', ...spec } as QdiscSpec)
      // some names have a blank at their end there
      const printed = lab.exec('tc -details -json qdisc').stdout.replaceAll(/ ":/g, '":')
      const theirs = JSON.parse(printed) as IpObject[]
      const ours = JSON.parse(await netkit('--json')) as IpObject[]
      expect(asFar(ours, theirs)).toEqual(asFar(theirs, theirs))
      expect(await netkit()).toMatch(/^LINK +KIND +HANDLE +PARENT +OPTIONS\n/)
    })
  }
})
