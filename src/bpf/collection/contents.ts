/**
 * Global variables: first values that the caller gives, and how each goes into bytes.
 *
 * @module
 */
import { valueCodec } from '../../btf/index.ts'
import { type ObjectSpec, type VariableSpec, writeVariable } from '../../elf/index.ts'
import { bytesCodec, type MapCodec } from '../maps/codec.ts'

/** How a variable goes into bytes: by its type, or as bytes where the object has none. */
export function variableCodec({ btf }: ObjectSpec, { name, size, type }: VariableSpec): MapCodec<unknown> {
  if (btf === undefined || type === undefined) return bytesCodec(size, `variable ${name}`) as MapCodec<unknown>
  const codec = valueCodec<unknown>(btf, type, { name })
  // An array without a length has the size that the linker gave it.
  return codec.size === size
    ? codec
    : {
        size,
        read: (view, at) => codec.read(view, at, at + size),
        write: (view, at, value) => codec.write(view, at, value),
      }
}

/** The spec with other first values; the one that is given stays as it is. Values of `.kconfig` externs are left to the configuration. */
export function withVariables(spec: ObjectSpec, variables: Readonly<Record<string, unknown>> = {}): ObjectSpec {
  const own = Object.entries(variables).filter(([name]) => spec.externs[name]?.kind !== 'kconfig')
  if (own.length === 0) return spec
  const maps = Object.fromEntries(
    Object.entries(spec.maps).map(([name, map]) => [name, { ...map, contents: map.contents?.slice() }]),
  )
  const changed = { ...spec, maps }
  for (const [name, value] of own) writeVariable(changed, name, value)
  return changed
}
