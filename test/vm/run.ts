/** Runs a command in a machine: what the command line, the test runner and the story use. */
import { chooseAccelerator } from './accel.ts'
import { quote } from './initramfs.ts'
import { fetchKernels, type Kernel, namedKernel } from './kernels.ts'
import { runMachine } from './machine.ts'
import { type Accelerator } from './qemu.ts'
import { fetchTools, hostTools, type Tools } from './tools.ts'
import { wholeMatrix } from './versions.ts'
import { complaint, lastLines } from './watch.ts'

/** Exit code of a command that hit its time limit. */
export const TIMED_OUT = 124
/** Exit code of a machine that broke, or could not be made. */
export const BROKEN = 125

/** How a command is run in a machine. */
export interface RunOptions {
  /** The command's words; a single word with spaces is a line for the shell. Empty with `shell`: an interactive one. */
  readonly command: readonly string[]
  /** An interactive shell, or the command, on this terminal. */
  readonly shell?: boolean | undefined
  /** Where it runs; this process's folder unless told. The machine sees the host's files at the same paths. */
  readonly cwd?: string | undefined
  /** Seconds; 600 unless told. */
  readonly timeout?: number | undefined
  /** MiB; 2048 unless told. */
  readonly memory?: number | undefined
  /** Two with KVM and one without, unless told: emulated processors cost more in waiting for each other than they bring. */
  readonly cpus?: number | undefined
  /** Probed unless told. */
  readonly accelerator?: Accelerator | undefined
  /** More variables for the command, with these values. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Files and folders below `cwd` that are brought back; what the command did not make is left out. */
  readonly output?: readonly string[] | undefined
  /** The folder that they are put into; `cwd` unless told. */
  readonly outputTo?: string | undefined
  /** Takes the output; it goes to this process's own unless told. */
  readonly onOutput?: ((chunk: Uint8Array) => void) | undefined
  /** Show the kernel's log whatever happens. */
  readonly verbose?: boolean | undefined
}

/** How a command ended. */
export interface RunResult {
  readonly kernel: Kernel
  /** The command's own, {@link TIMED_OUT} or {@link BROKEN}. */
  readonly code: number
  /** What went wrong with the machine, for a person; undefined when nothing did. */
  readonly trouble?: string | undefined
  /** A warning of the kernel's during a run that went through. */
  readonly complaint?: string | undefined
  readonly accelerator: Accelerator
  /** Seconds from power-on to PID 1, by the guest's clock. */
  readonly boot?: number | undefined
  /** Seconds from start to end. */
  readonly seconds: number
}

/** The tools and the kernels that a person chose, fetched where they are missing. */
export interface Parts {
  readonly tools: Tools
  readonly kernels: readonly Kernel[]
}

/** What parts are wanted. */
export interface PartsOptions {
  /** Minors, as `7.3`. */
  readonly series: readonly string[]
  /** Look for newer patches of kernels that are there already. */
  readonly refresh?: boolean | undefined
  /** An image instead of Debian's kernels. */
  readonly kernelImage?: string | undefined
  /** A QEMU instead of the cache's. */
  readonly qemu?: string | undefined
}

/** Fetches what the cache lacks. */
export async function fetchParts(options: PartsOptions): Promise<Parts> {
  const tools = options.qemu === undefined ? await fetchTools() : hostTools(options.qemu)
  if (options.kernelImage !== undefined) return { tools, kernels: [namedKernel(options.kernelImage)] }
  const lenient = options.series === wholeMatrix
  return { tools, kernels: await fetchKernels(options.series, tools, { refresh: options.refresh === true, lenient }) }
}

/** Variables of this process that the command gets. */
const passed = /^(PATH|HOME|LANG|TERM|CI|NODE_.*|VITEST.*|NETKIT_.*|.*COLOR)$/

function script(options: RunOptions, kernel: Kernel, cwd: string): string {
  const inherited = Object.entries(process.env).filter(([name, value]) => passed.test(name) && value !== undefined)
  const env = { ...Object.fromEntries(inherited), NKVM: '1', NKVM_KERNEL: kernel.name, ...options.env }
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value ?? '')}\n`)
  const [only = ''] = options.command
  let line = `exec ${options.command.map(quote).join(' ')}`
  if (options.command.length === 0) line = `exec bash -i`
  else if (options.command.length === 1 && /\s/.test(only)) line = only
  const { columns, rows } = process.stdout
  const size = options.shell === true && columns > 0 ? `stty cols ${columns} rows ${rows}\n` : ''
  return `${exports.join('')}${size}cd ${quote(cwd)} || exit 126\n${line}\n`
}

/** Boots a kernel and runs the command in it. */
export async function runInVm(kernel: Kernel, tools: Tools, options: RunOptions): Promise<RunResult> {
  const accelerator = options.accelerator ?? (await chooseAccelerator(kernel, tools))
  const cwd = options.cwd ?? process.cwd()
  const timeout = options.timeout ?? 600
  const outcome = await runMachine({
    kernel,
    tools,
    accelerator,
    cwd,
    timeout,
    script: script(options, kernel, cwd),
    memory: options.memory ?? 2048,
    cpus: options.cpus ?? (accelerator === 'kvm' ? 2 : 1),
    files: options.output,
    filesTo: options.outputTo,
    tty: options.shell,
    onOutput: options.onOutput ?? ((chunk) => process.stdout.write(chunk)),
  })
  if (options.verbose === true) process.stderr.write(outcome.log)
  const { boot, seconds, log, words } = outcome
  const result = { kernel, accelerator, boot, seconds }
  const told = complaint(log)
  const report = (what: string): string => [what, told ?? lastLines(log), words].filter((part) => part !== '').join('\n').trimEnd() // prettier-ignore
  if (outcome.fail !== undefined) return { ...result, code: BROKEN, trouble: report(outcome.fail) }
  if (outcome.exit !== undefined) {
    const trouble = outcome.exit === TIMED_OUT && seconds >= timeout ? report(`time limit of ${timeout} s`) : undefined
    return { ...result, code: outcome.exit, trouble, complaint: trouble === undefined ? told : undefined }
  }
  if (outcome.killed) {
    return { ...result, code: TIMED_OUT, trouble: report(`time limit of ${timeout} s: the guest no longer answered`) }
  }
  const when = boot === undefined ? 'before it reached userspace' : 'during the command'
  return { ...result, code: BROKEN, trouble: report(`${kernel.release} died ${when}`) }
}

/** One line that says how a run went. */
export function summary(result: RunResult): string {
  const booted = result.boot === undefined ? 'did not boot' : `booted in ${result.boot.toFixed(1)} s`
  return `${result.kernel.release} (${result.accelerator}): ${booted}, exit ${result.code}, ${result.seconds.toFixed(1)} s in all`
}
