import type { BtfEnum, BtfEnum64 } from '../types.ts'
import { outOfRange, wrongType, type Shape } from './shape.ts'

/**
 * An enum over the integer that holds it: the enumerator's name where there is one, else the number, which is a bigint
 * if the integer reads `wide`. Writing takes either. Of several names for one value the first is read.
 */
export function enumeration(type: BtfEnum | BtfEnum64, raw: Shape, wide: boolean): Shape {
  const nameOf = new Map<number | bigint, string>()
  const valueOf = new Map<string, number | bigint>()
  for (const { name, value } of type.values) {
    const key = wide ? BigInt(value) : Number(value)
    if (!nameOf.has(key)) nameOf.set(key, name)
    valueOf.set(name, key)
  }
  const shape: Shape = {
    label: `enum ${type.name}`.trimEnd(),
    size: raw.size,
    read(view, at, end) {
      const value = raw.read(view, at, end) as number | bigint
      return nameOf.get(value) ?? value
    },
    write(view, at, value) {
      if (typeof value === 'number' || typeof value === 'bigint') return raw.write(view, at, value)
      if (typeof value !== 'string') return wrongType(shape, 'a name or a number', value)
      const number = valueOf.get(value)
      if (number === undefined) outOfRange(shape, `${JSON.stringify(value)} is not an enumerator of`)
      return raw.write(view, at, number)
    },
  }
  return shape
}
