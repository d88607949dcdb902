/**
 * Stacks of MPLS labels.
 *
 * @module
 */
import type { Codec } from '../../codec/index.ts'

const BOTTOM = 0x100

/** Labels from the outermost to the innermost (20 bits each), as `16/200` is in `ip`. Traffic class and time to live are 0 on the wire. */
export const labelStack: Codec<number[], readonly number[]> = {
  kind: 'labels',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    const labels: number[] = []
    for (let at = start; at + 4 <= end; at += 4) {
      const entry = source.view.getUint32(at, false)
      labels.push(entry >>> 12)
      if ((entry & BOTTOM) !== 0) break
    }
    return labels
  },
  write(writer, value) {
    if (!Array.isArray(value)) writer.wrongType('a list of labels', value)
    value.forEach((label: number, index) => {
      if (!(Number.isInteger(label) && label >= 0 && label < 1 << 20)) writer.outOfRange('a label of 20 bits', label)
      const at = writer.reserve(4)
      writer.view.setUint32(at, ((label << 12) | (index === value.length - 1 ? BOTTOM : 0)) >>> 0, false)
    })
  },
}
