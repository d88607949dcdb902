/** Our side of the works of loading. */
import { readFileSync } from 'node:fs'
import { Collection, KernelTypes } from '../../src/bpf/index.ts'
import { readObject } from '../../src/elf/index.ts'
import { main, median, report, time } from './measure.ts'

function timed(metric: string, iterations: number, work: () => void): void {
  const samples = Array.from({ length: iterations }, () => time(work))
  report(metric === 'find' ? 'first-find' : 'first', samples[0] ?? 0)
  report(metric, median(samples))
}

await main({
  btf(iterations = '1') {
    const loads: number[] = []
    const finds: number[] = []
    for (let i = 0; i < Number(iterations); i++) {
      using types = new KernelTypes()
      loads.push(time(() => void types.vmlinux))
      finds.push(time(() => void types.vmlinux.findId('task_struct', 'struct')))
    }
    report('first-load', loads[0] ?? 0)
    report('first-find', finds[0] ?? 0)
    report('load', median(loads))
    report('find', median(finds))
  },
  parse(file = '', iterations = '1') {
    const bytes = new Uint8Array(readFileSync(file))
    timed('parse', Number(iterations), () => void readObject(bytes))
  },
  load(file = '', iterations = '1') {
    const bytes = new Uint8Array(readFileSync(file))
    timed('load', Number(iterations), () => Collection.load(bytes).close())
  },
})
