import { formatC, type Btf, type BtfStruct, type BtfUnion } from '../../../src/btf/index.ts'

/** The named structs and unions of a BTF. */
export function structsOf(btf: Btf): (BtfStruct | BtfUnion)[] {
  return [...btf].filter((type) => (type.kind === 'struct' || type.kind === 'union') && type.name !== '') as BtfStruct[]
}

/** All types as C, and a variable of each struct, without which the compiler would not keep them. */
export function printAll(btf: Btf): string {
  const variables = structsOf(btf).map(({ kind, name }) => `\n${kind} ${name} variable_of_${name};\n`)
  return formatC(btf) + variables.join('')
}

/** Every member with its place, those of structs without a name in line: `inner.x@16:0`. */
export function placesOf(btf: Btf, id: number, start = 0, prefix = ''): string[] {
  const type = btf.resolve(id)
  if (type.kind !== 'struct' && type.kind !== 'union') return []
  return type.members.flatMap(({ name, type: member, bitOffset, bitfieldSize }) => [
    ...(name === '' ? [] : [`${prefix}${name}@${start + bitOffset}:${bitfieldSize}`]),
    ...(btf.nameOf(member) === '' ? placesOf(btf, member, start + bitOffset, `${prefix}${name}.`) : []),
  ])
}
