/** Run in a namespace of its own: attaches to `lo` without holding up the event loop, and says what it saw. */
import { AttachTypeError, NetkitLink, queryPrograms, TcxLink } from '../../../src/bpf/index.ts'
import { openDescriptors } from '../../../src/sys/index.ts'
import { load } from './programs.ts'

const programs = Array.from({ length: 4 }, (_, index) => load('sched_cls', -1, 'tcx_ingress', `p${index}`))
const count = (): number => queryPrograms({ ifindex: 1, attachType: 'tcx_ingress' }).programs.length

let turns = 0
let timer = setImmediate(turn)
function turn(): void {
  turns++
  timer = setImmediate(turn)
}

const links = await Promise.all(programs.map((program) => TcxLink.attachAsync(program, { ifindex: 1 })))
const attached = count()
const refused = await TcxLink.attachAsync(programs[0]!, { ifindex: 1 }).catch((error: Error) => error.message)
const wrong = await NetkitLink.attachAsync(programs[0]!, { ifindex: 1 }).catch((error: Error) => error instanceof AttachTypeError) // prettier-ignore
await links[0]!.detachAsync()
const detached = count()
await Promise.all(links.map((link) => link.closeAsync()))
clearImmediate(timer)
for (const program of programs) program.close()
console.log(JSON.stringify({ attached, detached, left: count(), turns, refused, wrong, open: openDescriptors() })) // prettier-ignore
