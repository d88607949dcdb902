/** How a TypeScript file of this project is started: through its compiler, or as the JavaScript that a bundle has of it. */
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The bundle that this code runs from, if it does; the bundler puts the folder's name here. */
const here = process.env['NETKIT_BUNDLE'] as string | undefined

/** Where a source file's JavaScript is in a bundle. */
export function bundled(folder: string, source: string): string {
  return join(folder, relative(root, source).replace(/\.ts$/, '.js'))
}

/** Node's arguments that run a source file, named by its whole path. */
export function script(source: string): string[] {
  return here === undefined ? ['--import', 'tsx', source] : [bundled(here, source)]
}

/** The JavaScript expression by which a worker imports a source file: a promise of its module. */
export function importing(source: string): string {
  if (here !== undefined) return `import(${JSON.stringify(bundled(here, source))})`
  return `import('tsx/esm/api').then(({ register }) => (register(), import(${JSON.stringify(source)})))`
}

/** The path of a program that was compiled into a bundle, where this code runs from one. */
export function compiled(name: string): string | undefined {
  return here === undefined ? undefined : join(here, name)
}
