/**
 * The kernel suite and what it starts, as plain JavaScript for the emulated machine.
 *
 * There a compiler takes half a minute for what Node loads in two seconds when it is put together here.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type BuildOptions, type Loader, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** What runs in the machine: the test files and their set-up, and every file that a test or the story starts by its name. */
const entries = [
  'test/kernel/**/*.test.ts',
  'test/kernel/leaks.ts',
  'test/kernel/bpf/attach-async.ts',
  'test/kernel/netkit/swap.ts',
  'test/kernel/bpf/maps-token-child.ts',
  'test/kernel/bpf/readers/worker.ts',
  'test/story/story.ts',
  'src/cli/main.ts',
  'src/netns/index.ts',
  'examples/*.ts',
]

/** Files that the code finds by `import.meta` stay where they are: it goes on naming the source. */
const sources: Plugin = {
  name: 'import.meta of the source',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const known = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path }
      const contents = readFileSync(path, 'utf8').replaceAll(
        /\bimport\.meta\.(url|dirname|filename)\b/g,
        (_, name: keyof typeof known) => JSON.stringify(known[name]),
      )
      return { contents, loader: 'ts' satisfies Loader }
    })
  },
}

/** The suite's tests, already JavaScript: `node_modules` is where vitest leaves files as they are, so here they are found by name. */
const config = (folder: string): string => `export default {
  root: ${JSON.stringify(folder)},
  test: {
    include: ['test/kernel/**/*.test.js'],
    exclude: [],
    setupFiles: ['test/kernel/leaks.js'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    isolate: false,
    fileParallelism: false,
    execArgv: ['--expose-gc'],
  },
}
`

/** Programs in C that tests compare with: what takes a compiler ten seconds in the machine takes it one here. Where none can be made, none is there. */
function compile(folder: string): void {
  const source = join(root, 'test/kernel/bpf/libbpf/verdicts.c')
  spawnSync('gcc', ['-O1', '-o', join(folder, 'verdicts'), source, '-lbpf'], { stdio: 'ignore' })
}

/** Puts all of it into a folder of its own below `node_modules`, where packages are found; it is removed when this process ends. */
export async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(root, 'node_modules/.kernel-suite-'))
  chmodSync(folder, 0o755) // some tests run a file as another user
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const how: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    define: { 'process.env.NETKIT_BUNDLE': JSON.stringify(folder) },
    plugins: [sources],
    logLevel: 'warning',
  }
  // split: one copy of each module, whoever imports it
  await build({ ...how, entryPoints: entries, outbase: root, outdir: folder, format: 'esm', splitting: true })
  await build({ ...how, entryPoints: ['src/netns/window.ts'], outfile: join(folder, 'window.cjs'), format: 'cjs' })
  compile(folder)
  writeFileSync(join(folder, 'vitest.config.js'), config(folder))
  return folder
}
