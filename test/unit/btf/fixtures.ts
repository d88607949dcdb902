import { readFileSync } from 'node:fs'
import { Btf } from '../../../src/btf/index.ts'

const folder = new URL('fixtures/', import.meta.url)

/** The bytes of a fixture. */
export const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)))

/** The text of a fixture. */
export const textOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

/** One source, built by both compilers for both byte orders. */
export const BUILDS = ['types.14.el', 'types.14.eb', 'types.19.el', 'types.19.eb'] as const

/** The BTF of a build. */
export const btfOf = (build: string): Btf => Btf.parse(bytesOf(`${build}.btf`), { name: build })

/** The id of a named type that must be there. */
export function idOf(
  btf: Btf,
  name: string,
  ...kind: Parameters<Btf['findId']> extends [string, ...infer K] ? K : never
): number {
  const id = btf.findId(name, ...kind)
  if (id === undefined) throw new Error(`no ${name}`)
  return id
}
