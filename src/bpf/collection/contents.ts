/**
 * First values of global variables: what the object has, and what the caller wants instead.
 *
 * @module
 */
import { valueCodec } from '../../btf/index.ts'
import { type ObjectSpec, type VariableSpec } from '../../elf/index.ts'
import { bytesCodec, type MapCodec } from '../maps/codec.ts'
import { missing, ObjectError } from './errors.ts'

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

/** The first bytes of each data map, with the values that the caller gives; maps that are all zero have none. */
export function firstContents(
  spec: ObjectSpec,
  variables: Readonly<Record<string, unknown>> = {},
): ReadonlyMap<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>()
  for (const map of Object.values(spec.maps)) if (map.contents) contents.set(map.name, map.contents)
  const own = new Set<string>()
  for (const [name, value] of Object.entries(variables)) {
    const variable = spec.variables[name]
    const map = variable && spec.maps[variable.map]
    if (!variable || !map) throw missing('variable', name, Object.keys(spec.variables))
    if (!own.has(map.name)) {
      // A copy: the spec is the caller's.
      const bytes = new Uint8Array(Math.max(map.valueSize, map.contents?.length ?? 0))
      bytes.set(map.contents ?? [])
      contents.set(map.name, bytes)
      own.add(map.name)
    }
    const bytes = contents.get(map.name)!
    const end = variable.offset + variable.size
    if (end > bytes.length) throw new ObjectError(`variable ${name} lies outside of ${map.name}`, { variable: name })
    const view = new DataView(bytes.buffer, bytes.byteOffset + variable.offset, variable.size)
    variableCodec(spec, variable).write(view, 0, value)
  }
  return contents
}
