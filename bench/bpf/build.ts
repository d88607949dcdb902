/**
 * Builds the objects that the benchmarks load: `npx tsx bench/bpf/build.ts`. They are committed, so that a benchmark needs no clang.
 *
 * The medium and the large one have the types of the kernel that they were built on in them; CO-RE makes them fit others.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { bench, filesBelow } from '../set-up/cache.ts'
import { unpacked } from '../set-up/packages.ts'
import { run, say, which } from '../set-up/shell.ts'

function tool(names: readonly string[]): string {
  const found = names.map(which).find((path) => path !== undefined)
  if (found === undefined) throw new Error(`none of ${names.join(', ')} is here`)
  return found
}

const versions = ['', '-21', '-20', '-19', '-18', '-17', '-16', '-15', '-14']
const clang = tool(versions.map((version) => `clang${version}`))
const strip = tool(versions.map((version) => `llvm-strip${version}`))
const include = mkdtempSync(join(tmpdir(), 'netkit-bench-'))
try {
  const types = run(tool(['bpftool']), ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'])
  writeFileSync(join(include, 'vmlinux.h'), types)
  const headers = join(unpacked('c').root, 'usr', 'include')
  const system = [headers, join(headers, 'x86_64-linux-gnu')].flatMap((path) => ['-isystem', path])
  for (const source of filesBelow(join(bench, 'bpf'), /\.bpf\.c$/)) {
    const object = source.replace(/\.c$/, '.o')
    say(`Building ${basename(object)} …`)
    const flags = ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-D__TARGET_ARCH_x86', '-Wno-missing-declarations']
    // No path of this machine goes into an object.
    const places = [join(bench, '..'), headers, include].map((path) => `-ffile-prefix-map=${path}=.`)
    run(clang, [
      ...flags,
      ...places,
      '-fdebug-compilation-dir=.',
      `-I${include}`,
      ...system,
      '-c',
      source,
      '-o',
      object,
    ])
    run(strip, ['-g', object])
  }
} finally {
  rmSync(include, { recursive: true })
}
