/**
 * One exchange as a process of its own: `swap.ts BPFFS KIND IFINDEX LETTER COUNT [STEP]` puts generation LETTER with COUNT programs on the hook, and
 * kills itself after step number STEP.
 */
import { type HookName, swap } from './generation.ts'

const [path = '', kind = '', ifindex, letter = '', count, last] = process.argv.slice(2)
let steps = 0
swap(path, kind as HookName, Number(ifindex), [letter, Number(count)], ({ kind: step }) => {
  console.log(step)
  if (++steps === Number(last)) process.kill(process.pid, 'SIGKILL')
})
