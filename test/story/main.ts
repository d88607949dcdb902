/**
 * `npm run hello`: tells the story of `examples/hello-netkit.ts` where it can be told, and says where that is.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { bundle } from '../bundle/bundle.ts'
import { bundled } from '../bundle/script.ts'
import { hasNetkit } from './support.ts'

const root = join(import.meta.dirname, '../..')
const story = join(import.meta.dirname, 'story.ts')

const native = hasNetkit()
if (native === true) {
  console.log('This kernel has netkit and you are root: the story happens right here.\n')
  process.exitCode = run(process.execPath, ['--import', 'tsx', story, ...process.argv.slice(2)])
} else {
  console.log(`${native} The story happens in a throwaway virtual machine.\n`)
  const inside = [process.execPath, bundled(await bundle(), story), ...process.argv.slice(2)]
  const vm = ['--import', 'tsx', join(root, 'test/vm/main.ts'), '--kernel', '7.3', '--']
  process.exitCode = run(process.execPath, [...vm, ...inside])
}

function run(command: string, args: readonly string[]): number {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) console.error(error.message)
  return status ?? 1
}
