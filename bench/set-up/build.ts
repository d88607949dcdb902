/**
 * Builds the peers' programs: C linked statically against Debian's newest libbpf, Go in GOPATH mode from Debian's sources.
 *
 * @module
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bench, cache, filesBelow, fingerprint } from './cache.ts'
import { unpacked } from './packages.ts'
import { run, say, Unavailable, which } from './shell.ts'

const sources = { c: join(bench, 'peers', 'c'), go: join(bench, 'peers', 'go') }

/** Builds anew only when the sources or the packages changed. */
function once(name: string, mark: string, build: () => void): void {
  const stamp = join(cache.programs(), `${name}.stamp`)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === mark) return
  rmSync(stamp, { force: true })
  build()
  writeFileSync(stamp, mark)
}

/** The multiarch folder of this machine, as Debian names it. */
function multiarch(compiler: string): string {
  return run(compiler, ['-print-multiarch']).trim()
}

/**
 * Builds the C programs and gives the folder they are in.
 *
 * Static, with the C library that came with libbpf: a newer libbpf than the machine's wants a newer C library too.
 */
export function buildC(): string {
  const out = cache.programs()
  const compiler = which('gcc') ?? which('cc')
  if (!compiler) throw new Unavailable('there is no C compiler: apt-get install gcc')
  const { root, versions } = unpacked('c')
  const files = filesBelow(sources.c, /\.[ch]$/)
  once('c', fingerprint(files, JSON.stringify(versions), run(compiler, ['--version'])), () => {
    const libraries = join(root, 'usr', 'lib', multiarch(compiler))
    const headers = join(root, 'usr', 'include')
    const own = run(compiler, ['-print-file-name=include']).trim()
    for (const file of files.filter((name) => name.endsWith('.c'))) {
      say(`Building ${basename(file)} …`)
      const program = join(out, basename(file, '.c'))
      const what = ['-O2', '-Wall', '-static', '-o', program, file]
      const include = [own, join(headers, multiarch(compiler)), headers].flatMap((path) => ['-isystem', path])
      const wrapped = readFileSync(file, 'utf8').includes('__wrap_syscall') ? ['-Wl,--wrap=syscall'] : []
      const libs = [`-B${libraries}`, `-L${libraries}`, '-lbpf', '-lelf', '-lz', '-lzstd']
      run(compiler, [...what, '-nostdinc', ...include, ...wrapped, ...libs])
    }
  })
  return out
}

/** Builds the Go programs and gives the folder they are in. Their names begin with `go-`. */
export function buildGo(): string {
  const out = cache.programs()
  const { root, versions } = unpacked('go')
  const files = filesBelow(sources.go, /\.go$/)
  once('go', fingerprint(files, JSON.stringify(versions)), () => {
    const toolchain = readdirSync(join(root, 'usr', 'lib')).find((name) => name.startsWith('go-'))
    if (!toolchain) throw new Unavailable("Debian's Go is not where it was expected")
    const workspace = cache.go()
    const peers = join(workspace, 'src', 'peers')
    rmSync(peers, { recursive: true, force: true })
    mkdirSync(peers, { recursive: true })
    cpSync(sources.go, peers, { recursive: true })
    // With a module file beside the importer, GOPATH mode finds `…/v2` where Debian put it: without the suffix.
    writeFileSync(join(peers, 'go.mod'), 'module peers\n')
    const home = join(root, 'usr', 'lib', toolchain)
    const env = {
      ...process.env,
      GOROOT: home,
      GOPATH: `${workspace}:${join(root, 'usr', 'share', 'gocode')}`,
      GOCACHE: join(workspace, 'cache'),
      GO111MODULE: 'off',
      GOTOOLCHAIN: 'local',
      GOFLAGS: '',
      CGO_ENABLED: '0',
    }
    const commands = readdirSync(peers).filter((name) => existsSync(join(peers, name, 'main.go')))
    for (const command of commands) {
      say(`Building ${command} in Go …`)
      run('nice', ['-n', '10', join(home, 'bin', 'go'), 'build', '-o', join(out, `go-${command}`), `./${command}`], {
        cwd: peers,
        env,
      })
    }
  })
  return out
}
