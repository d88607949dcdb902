/**
 * The part of `npm run bench` that runs in the throwaway machine: `inside.js ROUNDS SCALE NAME…`, results on the standard output.
 *
 * @module
 */
import { type Result } from './report/results.ts'
import { measure } from './run/interleave.ts'
import { answer } from './run/vm.ts'
import { say } from './set-up/shell.ts'
import { scaled } from './work.ts'
import { works } from './works/index.ts'

const [rounds = '1', scale = '1', ...names] = process.argv.slice(2)
const results: Result[] = []
for (const work of works(scaled(Number(scale))).filter(({ name }) => names.includes(name))) {
  say(`${work.name}: ${work.title}`)
  results.push(await measure(work, { rounds: Number(rounds), scale: Number(scale), nice: 0 }))
}
process.stdout.write(answer(results))
