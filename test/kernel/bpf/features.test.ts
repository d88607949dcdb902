/** What we say that the kernel can do, beside what bpftool says and what each release is known to have. */
import { release } from 'node:os'
import { describe, expect, test } from 'vitest'
import { helperNames } from '../../../src/asm/index.ts'
import { type Feature, Features, MAP_TYPES, PROGRAM_TYPES, type ProgramType } from '../../../src/bpf/index.ts'
import {
  ATTACH_REQUIREMENTS,
  LINK_REQUIREMENTS,
  MAP_REQUIREMENTS,
  PROGRAM_REQUIREMENTS,
  type Requirement,
} from '../../../src/bpf/features/requirements.ts'
import { type FeaturesReport } from '../../../src/cli/features/report.ts'
import { check, NR, Pinned, syscall } from '../../../src/sys/index.ts'
import { netkit, netkitJson } from '../../unit/cli/terminal.ts'
import { run } from '../lab.ts'
import { needs } from '../needs.ts'
import { compareVersions } from '../../vm/versions.ts'

const CAPABILITIES_V3 = 0x2008_0522
const running = /^\d+\.\d+/.exec(release())![0]

/** Runs with no capability in effect: only this thread is without them, and only for the call. */
function powerless<T>(work: () => T): T {
  const head = new Pinned(8)
  head.view.setUint32(0, CAPABILITIES_V3, true)
  const sets = new Pinned(24)
  check(syscall(NR.capget, head.address, sets.address), 'capget')
  const effective = [sets.view.getUint32(0, true), sets.view.getUint32(12, true)] as const
  const put = (low: number, high: number): void => {
    sets.view.setUint32(0, low, true)
    sets.view.setUint32(12, high, true)
    check(syscall(NR.capset, head.address, sets.address), 'capset')
  }
  put(0, 0)
  try {
    return work()
  } finally {
    put(...effective)
  }
}

describe('features', needs(), () => {
  test('without capabilities nothing is told for sure, and nothing of it is kept', () => {
    using features = new Features()
    const ask = (): Feature[] => [
      features.helper('bpf_xdp_adjust_tail', 'xdp'),
      features.mapType('stack_trace'),
      features.attachType('tcx_ingress'),
    ]
    for (const { supported, reason } of powerless(ask)) {
      expect(supported).toBeUndefined()
      expect(reason).toMatch(
        /^this process lacks CAP_BPF and CAP_PERFMON and CAP_NET_ADMIN and CAP_SYS_ADMIN: run it as root/,
      )
    }
    expect(ask().map(({ supported }) => supported)).toEqual([true, true, true])
    // What is known for sure stays known, whoever asks.
    expect(powerless(ask).map(({ supported }) => supported)).toEqual([true, true, true])
  })

  test('what is there, and what is not, is as each release has it, and an absence is explained', () => {
    using features = new Features()
    const report = features.report()
    const kinds: readonly (readonly [Readonly<Record<string, Feature>>, Readonly<Record<string, Requirement>>])[] = [
      [report.programTypes, PROGRAM_REQUIREMENTS],
      [report.mapTypes, MAP_REQUIREMENTS],
      [report.attachTypes, ATTACH_REQUIREMENTS],
      [report.linkTypes, LINK_REQUIREMENTS],
    ]
    const wrong: string[] = []
    for (const [found, requirements] of kinds) {
      for (const [name, { since }] of Object.entries(requirements)) {
        const { supported, reason } = found[name]!
        const newer = compareVersions(running, since) < 0
        const told = `${name}: ${supported} (${reason}), of Linux ${since}`
        if (newer && (supported !== false || reason === undefined)) wrong.push(told)
        // An older feature can only be missing because of what the kernel is built with, or be refused.
        if (!newer && supported === false && !/CONFIG_/.test(reason ?? '')) wrong.push(told)
        if (supported === undefined && reason === undefined) wrong.push(told)
      }
    }
    expect(wrong).toEqual([])
  })

  test('an unknown type is none', () => {
    using features = new Features()
    expect(features.mapType(999)).toEqual({ supported: false })
    expect(features.programType(999)).toEqual({ supported: false })
    expect(features.helper(9999, 'xdp')).toEqual({ supported: false })
    expect(features.helper('bpf_redirect', 'netfilter').supported).toBe(false)
    expect(features.helper('bpf_redirect', 'xdp').supported).toBe(true)
    expect(() => features.helper('bpf_nonsense' as never, 'xdp')).toThrow(TypeError)
  })

  test('functions of the kernel, by its types', needs('btf:bpf_dynptr_from_skb'), () => {
    using features = new Features()
    expect(features.kfunc('bpf_dynptr_from_skb')).toEqual({ supported: true })
    expect(features.kfunc('bpf_nonsense')).toEqual({ supported: false })
    // A function of the kernel that is not for programs.
    expect(features.kfunc('bpf_prog_load').supported).toBe(features.kfuncs().length === 0)
  })
})

interface Probed {
  readonly program_types: Record<string, boolean>
  readonly map_types: Record<string, boolean>
  readonly helpers: Record<string, string[]>
}

/** Types that are written for something: bpftool loads them for nothing, and takes the refusal for their absence. */
const UNTOLD = /^(tracing|ext|lsm|struct_ops)$/

/** The types whose helpers are compared: all but those, and in the emulated machine, where each program takes milliseconds, a few. */
const ASKED =
  process.env['NKVM'] === undefined ? /^(?!(tracing|ext|lsm|struct_ops)$)/ : /^(xdp|sched_cls|kprobe|netfilter)$/

describe('beside bpftool', needs('command:bpftool'), () => {
  test('types and helpers are the same, as far as both can tell', () => {
    const probed = JSON.parse(run(['bpftool', '-j', 'feature', 'probe', 'kernel']).stdout) as Probed
    using features = new Features()
    const report = features.report()
    const told = (types: Record<string, Feature>, theirs: Record<string, boolean>, suffix: string) =>
      Object.entries(theirs)
        .map(([key, has]) => [key.replace(/^have_/, '').replace(suffix, ''), has] as const)
        .filter(([name]) => types[name]?.supported !== undefined && !UNTOLD.test(name))
        .map(([name, has]) => `${name} ${has} ${types[name]!.supported}`)
    const programs = told(report.programTypes, probed.program_types, '_prog_type')
    const maps = told(report.mapTypes, probed.map_types, '_map_type')
    expect(programs.length).toBeGreaterThan(20)
    expect(maps.length).toBeGreaterThan(25)
    expect([...programs, ...maps].filter((line) => !/ (true true|false false)$/.test(line))).toEqual([])
    // It leaves out those that would write to the log of the kernel, or send signals, and does not know the newest.
    const noisy = /^bpf_(trace_printk|trace_vprintk|probe_write_user)$/
    const known = new Set(Object.values(probed.helpers).flat())
    // Versions before 7.2 do not understand how newer kernels say that a helper is not for a type: then all seem to be.
    const understands = !probed.helpers['xdp_available_helpers']!.includes('bpf_skb_store_bytes')
    const differences = Object.entries(probed.helpers).flatMap(([key, all]) => {
      const type = key.replace('_available_helpers', '')
      if (report.programTypes[type]?.supported !== true || !ASKED.test(type)) return []
      const theirs = all.filter((name) => !noisy.test(name))
      const ours = helperNames.filter((name) => {
        if (!known.has(name) || noisy.test(name)) return false
        return features.helper(name, type as ProgramType).supported === true
      })
      const lacking = ours.filter((name) => !theirs.includes(name))
      const more = understands ? theirs.filter((name) => !ours.includes(name as never)) : []
      return lacking.length + more.length > 0 ? [{ type, lacking, more }] : []
    })
    expect(differences).toEqual([])
    // bpftool itself loads thousands of programs.
  }, 300_000)
})

describe('netkit features', needs(), () => {
  test('prints it, for people and as one value', async () => {
    const { status, out } = await netkit('features')
    expect(status).toBe(0)
    expect(out).toMatch(/^KERNEL .*\n\S+/)
    expect(out).toMatch(/^Map types\n {2}NAME +HAS +WHY NOT\n {2}hash +yes\n/m)
    const { report } = await netkitJson<FeaturesReport>('features')
    expect(report).toMatchObject({ kernel: release(), helpers: null })
    expect(Object.keys(report.programTypes)).toEqual(Object.keys(PROGRAM_TYPES).slice(1))
    expect(Object.keys(report.mapTypes)).toEqual(Object.keys(MAP_TYPES).slice(1))
    expect(report.mapTypes['hash']).toEqual({ supported: true, reason: null })
    expect((await netkit('features', '--nonsense')).status).toBe(2)
  })
})
