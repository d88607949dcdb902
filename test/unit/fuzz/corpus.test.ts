/** The inputs that the fuzzer once stumbled over, and a few that lead far into the parsers: none may do harm. */
import { describe, expect, it } from 'vitest'
import { mutate, partsOfElf } from '../../fuzz/mutate.ts'
import { Random } from '../../fuzz/random.ts'
import { corpusOf, fileName, finding, type Target, TARGETS } from '../../fuzz/targets.ts'

describe('the corpus', () => {
  it.each(Object.entries(TARGETS))('of %s is read or refused by typed errors', (name, target) => {
    const inputs = corpusOf(name)
    expect(inputs.length).toBeGreaterThan(0)
    for (const bytes of inputs) {
      const start = performance.now()
      const error = finding(target, bytes)
      if (error !== undefined) throw new Error(`${name}/${fileName(bytes)}`, { cause: error })
      expect(performance.now() - start).toBeLessThan(5_000)
    }
  })
})

describe('the fuzzer', () => {
  const harmless: Target = { seeds: () => [], parts: () => [], run: () => {}, errors: [] }

  it('tells errors that are meant from those that are not', () => {
    const throws = (error: unknown): Target => ({
      ...harmless,
      errors: [SyntaxError],
      run() {
        throw error
      },
    })
    expect(finding(harmless, new Uint8Array(1))).toBeUndefined()
    expect(finding(throws(new SyntaxError('meant')), new Uint8Array(1))).toBeUndefined()
    expect(finding(throws(new RangeError('not meant')), new Uint8Array(1))).toBeInstanceOf(RangeError)
  })

  it('starts from what its targets take', () => {
    for (const target of Object.values(TARGETS)) {
      const seeds = target.seeds()
      expect(seeds.length).toBeGreaterThan(0)
      for (const bytes of seeds.slice(0, 20)) target.run(bytes)
    }
  })

  it('makes the same of a seed each time, and something of everything', () => {
    const [object] = TARGETS['elf']!.seeds()
    const made = (seed: number) => {
      const random = new Random(seed)
      return Array.from({ length: 50 }, () => mutate(object!, partsOfElf, random, [object!]))
    }
    expect(made(7)).toEqual(made(7))
    expect(new Set(made(7).map(fileName)).size).toBeGreaterThan(40)
    expect(new Set([...made(7), ...made(8)].map(fileName)).size).toBeGreaterThan(80)
  })
})
