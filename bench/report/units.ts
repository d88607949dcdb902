/**
 * Numbers as a person reads them.
 *
 * @module
 */
import { type Metric } from '../work.ts'

function steps(value: number, units: readonly string[], step: number): string {
  let left = value
  let unit = 0
  while (Math.abs(left) >= step && unit < units.length - 1) {
    left /= step
    unit++
  }
  return `${significant(left)} ${units[unit]}`
}

/** Three significant digits, without an exponent. */
export function significant(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 6))
}

/** A measurement with its unit. */
export function quantity(value: number, unit: Metric['unit']): string {
  if (unit === 'time') return steps(value, ['ns', 'µs', 'ms', 's'], 1000)
  if (unit === 'bytes') return steps(value, ['B', 'KiB', 'MiB', 'GiB'], 1024)
  return significant(value)
}
