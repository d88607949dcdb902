/**
 * The CPUs that the kernel may have.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

/** The numbers in a list as the kernel writes it, `0-3,8`. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}

/** The CPUs that can ever be there, whether they are switched on or not. */
export const possibleCpus = (): number[] => parseCpuList(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))
