/** KVM where it truly works, emulation elsewhere. */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot, say } from './cache.ts'
import { type Kernel } from './kernels.ts'
import { runMachine } from './machine.ts'
import { type Accelerator } from './qemu.ts'
import { type Tools } from './tools.ts'

/** Seconds until a probe that did not come to PID 1 counts as failed; a working one takes less than two. */
const probeLimit = 15

/**
 * The accelerator to use. A `/dev/kvm` that opens proves nothing: under nested virtualisation kernels crash or hang in it. So
 * the first time, a machine boots to PID 1 with it, and the answer is kept for this host.
 */
export async function chooseAccelerator(kernel: Kernel, tools: Tools): Promise<Accelerator> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
  } catch {
    return 'tcg'
  }
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  const host = ['/proc/version', '/sys/module/kvm_intel/srcversion', '/sys/module/kvm_amd/srcversion'].map(read)
  const model = /^model name.*$/m.exec(read('/proc/cpuinfo'))?.[0] ?? ''
  const key = createHash('sha256').update([...host, model].join('\n')).digest('hex') // prettier-ignore
  const answer = join(cacheRoot, `kvm-${key.slice(0, 12)}`)
  if (existsSync(answer)) return readFileSync(answer, 'utf8').trim() === 'kvm' ? 'kvm' : 'tcg'
  say(`does KVM work here? Booting ${kernel.release} with it, ${probeLimit} s at most`)
  const job = { kernel, tools, accelerator: 'kvm', cwd: '/', timeout: probeLimit, memory: 1024, cpus: 2 } as const
  const { exit, seconds } = await runMachine(job)
  const chosen = exit === 0 ? 'kvm' : 'tcg'
  say(exit === 0 ? `it does: PID 1 after ${seconds.toFixed(1)} s` : 'it does not: emulating instead (remembered)')
  writeFileSync(answer, `${chosen}\n`)
  return chosen
}
