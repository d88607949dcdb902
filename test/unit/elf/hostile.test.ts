import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble, AsmError, print } from '../../../src/asm/index.ts'
import { BtfError } from '../../../src/btf/index.ts'
import { ElfError, linkProgram, programInfo, readObject, readVariable } from '../../../src/elf/index.ts'
import { bytesOf, testObjects } from './objects.ts'

/** Does everything with an object that needs no kernel. */
function useAll(bytes: Uint8Array): void {
  const spec = readObject(bytes)
  for (const program of Object.values(spec.programs)) {
    const linked = linkProgram(spec, program)
    print(linked)
    programInfo(linked, { intern: (text) => text.length })
    assemble(linked, { endian: spec.endian })
  }
  for (const name of Object.keys(spec.variables)) readVariable(spec, name)
}

/** What else went wrong than is meant to. */
function unexpected(bytes: Uint8Array): unknown {
  try {
    useAll(bytes)
  } catch (error) {
    const typed = error instanceof ElfError || error instanceof BtfError || error instanceof AsmError
    if (!typed && (error as { code?: unknown }).code !== 'ERR_BTF_VALUE') return error
  }
  return undefined
}

describe('hostile files', () => {
  it('that are cut off anywhere are refused by typed errors', () => {
    for (const name of ['struct-ops', 'map-in-map', 'core', 'linked']) {
      const bytes = bytesOf(name)
      for (let length = 0; length < bytes.length; length += 23) {
        const error = unexpected(bytes.subarray(0, length))
        if (error !== undefined) throw new Error(`${name} cut at ${length}`, { cause: error })
      }
    }
    expect(unexpected(bytesOf('core'))).toBeUndefined()
  })

  const interesting = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))
  const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), interesting), {
    minLength: 1,
    maxLength: 12,
  })

  for (const endian of ['little', 'big'] as const) {
    it(`with bytes changed are read or refused by typed errors, ${endian} endian`, () => {
      const names = testObjects.filter((name) => name !== 'linked' || endian === 'little')
      const property = fc.property(fc.constantFrom(...names), edits, (name, changes) => {
        const bytes = bytesOf(name, endian)
        for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value
        const error = unexpected(bytes)
        if (error !== undefined) throw error
      })
      const { failed, counterexample, errorInstance } = fc.check(property, { numRuns: 500 })
      expect(failed && { counterexample, errorInstance }).toBe(false)
    })
  }

  it('with tables of numbers changed are read or refused by typed errors', () => {
    // Whole words where sections, symbols and relocations keep their sizes and places: what single bytes seldom hit.
    const words = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.bigInt(0n, (1n << 64n) - 1n)),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    const property = fc.property(fc.constantFrom(...testObjects), words, (name, changes) => {
      const bytes = bytesOf(name)
      const view = new DataView(bytes.buffer)
      const tables = Math.floor(bytes.length / 2 / 8)
      for (const [place, value] of changes) {
        view.setBigUint64((tables + Math.floor(place * (Math.floor(bytes.length / 8) - tables))) * 8, value, true)
      }
      const error = unexpected(bytes)
      if (error !== undefined) throw error
    })
    const { failed, counterexample, errorInstance } = fc.check(property, { numRuns: 500 })
    expect(failed && { counterexample, errorInstance }).toBe(false)
  })
})
