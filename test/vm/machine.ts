/** One run of one machine: started, listened to, ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VmError } from './cache.ts'
import { initramfs } from './initramfs.ts'
import { type Kernel } from './kernels.ts'
import { type Accelerator, qemuArguments } from './qemu.ts'
import { type Program, type Tools } from './tools.ts'
import { parseStatus, type Status } from './watch.ts'

/** What a machine is to do. */
export interface Job {
  readonly kernel: Kernel
  readonly tools: Tools
  readonly accelerator: Accelerator
  /** The shell script that runs in `cwd`; undefined: boot to PID 1 and stop. */
  readonly script?: string | undefined
  readonly cwd: string
  /** Seconds for the command. */
  readonly timeout: number
  readonly memory: number
  readonly cpus: number
  /** Paths below `cwd` to bring back. */
  readonly files?: readonly string[] | undefined
  /** Where they are put; `cwd` unless told. */
  readonly filesTo?: string | undefined
  /** Connects the command to this terminal. */
  readonly tty?: boolean | undefined
  /** Takes the command's output as it comes. */
  readonly onOutput?: ((chunk: Uint8Array) => void) | undefined
}

/** How it went. */
export interface Outcome extends Status {
  /** The kernel's whole log. */
  readonly log: string
  /** What QEMU and virtiofsd had to say. */
  readonly words: string
  /** The host ended a machine that no longer answered. */
  readonly killed: boolean
  /** Seconds from start to end. */
  readonly seconds: number
}

/** Seconds that the guest's own watchdog has before the host ends the machine: its report, and a slow boot. */
const grace = 30

/** Boots a machine, runs the job and returns when the machine is off. Nothing of it remains but what it brought back. */
export async function runMachine(job: Job): Promise<Outcome> {
  const work = mkdtempSync(join(tmpdir(), 'netkit-vm-'))
  const at = (name: string): string => join(work, name)
  const children: ChildProcess[] = []
  const servers: Server[] = []
  const end = (): void => {
    for (const child of children) child.kill('SIGKILL')
    for (const server of servers) server.close()
    rmSync(work, { recursive: true, force: true })
  }
  process.once('exit', end) // also by process.exit() after a signal: no QEMU may be left behind
  const started = performance.now()
  try {
    const probe = job.script === undefined
    const conf = { timeout: job.timeout, cwd: job.cwd, probe, tty: job.tty === true, files: job.files ?? [] }
    writeFileSync(at('initramfs'), initramfs(job.kernel, job.tools, conf, job.script ?? ''))
    if (!probe) children.push(await startVirtiofsd(job.tools.virtiofsd, at('fs'), at('fs.log')))

    let status = ''
    servers.push(await listen(at('status'), (chunk) => (status += chunk.toString())))
    servers.push(await listen(at('out'), (chunk) => job.onOutput?.(chunk)))
    const args = qemuArguments({
      image: job.kernel.image,
      initramfs: at('initramfs'),
      accelerator: job.accelerator,
      cpus: job.cpus,
      memory: job.memory,
      log: at('kernel.log'),
      status: at('status'),
      out: probe ? undefined : at('out'),
      files: probe ? undefined : at('fs'),
      tar: conf.files.length > 0 ? at('files.tar') : undefined,
      tty: job.tty,
    })
    const { file, args: before } = job.tools.qemu
    const terminal = job.tty === true ? saveTerminal() : undefined
    const stdin = job.tty === true ? 'inherit' : 'ignore'
    const qemu = spawn(file, [...before, ...args], { stdio: [stdin, stdin, 'pipe'] })
    children.push(qemu)
    let words = ''
    qemu.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()))
    const limit = probe ? job.timeout : job.timeout + grace
    const killed = await ended(qemu, limit)
    terminal?.()
    await Promise.all(servers.map(drained))
    const read = (name: string): string => (existsSync(at(name)) ? readFileSync(at(name), 'latin1') : '')
    if (read('files.tar') !== '') bringBack(at('files.tar'), job.filesTo ?? job.cwd)
    const seconds = (performance.now() - started) / 1000
    return { ...parseStatus(status), log: read('kernel.log'), words: words + read('fs.log'), killed, seconds }
  } finally {
    process.removeListener('exit', end)
    end()
  }
}

async function startVirtiofsd({ file, args }: Program, socket: string, log: string): Promise<ChildProcess> {
  const options = ['--shared-dir', '/', '--socket-path', socket, '--readonly', '--cache', 'always']
  // one file system to the guest: an overlay does not look into mounts below its lower layer. No sandbox: it needs root,
  // and what is shared is read-only and only what this user may read anyway
  options.push('--no-announce-submounts', '--sandbox', 'none', '--log-level', 'error')
  const script = 'log=$1; shift; exec "$@" >"$log" 2>&1'
  const daemon = spawn('sh', ['-c', script, 'sh', log, file, ...args, ...options], { stdio: 'ignore' })
  for (let waited = 0; waited < 5000 && !existsSync(socket); waited += 20) {
    if (daemon.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  if (!existsSync(socket)) {
    daemon.kill('SIGKILL')
    throw new VmError(`virtiofsd did not start:\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)
  }
  return daemon
}

/** A socket that QEMU connects to, and what takes what comes through it. */
function listen(path: string, take: (chunk: Buffer) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('data', take)
    socket.on('error', () => undefined) // QEMU was killed: what came is what there is
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve(server))
  })
}

/** Resolves when all that was sent to a server has been taken. */
function drained(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Resolves when a process has ended; true when it had to be killed for being late. */
function ended(child: ChildProcess, seconds: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, seconds * 1000)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(new VmError(`QEMU did not start: ${error.message}`))
    })
    child.once('close', () => {
      clearTimeout(timer)
      resolve(late)
    })
  })
}

/** Remembers the terminal's settings and returns what restores them: a killed QEMU leaves it raw. */
function saveTerminal(): () => void {
  const stty = (args: string[]): string => spawnSync('stty', args, { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' }).stdout // prettier-ignore
  const settings = stty(['-g'])
  return () => void stty([settings.trim()])
}

function bringBack(tar: string, folder: string): void {
  const done = spawnSync('tar', ['-xf', tar, '-C', folder, '--no-same-owner'], { encoding: 'utf8' })
  if (done.status !== 0) throw new VmError(`what the machine brought back is damaged: ${done.stderr}`)
}
