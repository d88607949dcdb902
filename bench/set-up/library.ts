/**
 * The library and the benchmarks as JavaScript, as a user of the package runs them: no loader in the measured process.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { filesBelow } from './cache.ts'

/** The options of `tsconfig.build.json` that change what is emitted. Types are checked elsewhere. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  sourceMap: false,
}

/** Compiles `src` and `bench` of a checkout, what changed of it, into a folder below its root. */
export function compile(checkout: string, out: string): void {
  const known = new Set<string>()
  for (const part of ['src', 'bench']) {
    const folder = join(checkout, part)
    if (!existsSync(folder)) continue
    for (const file of filesBelow(folder, /(?<!\.d)\.ts$/)) {
      const target = join(out, relative(checkout, file).replace(/\.ts$/, '.js'))
      known.add(target)
      if (existsSync(target) && statSync(target).mtimeMs > statSync(file).mtimeMs) continue
      const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
        compilerOptions: options,
        fileName: file,
      })
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, outputText)
    }
  }
  // What is gone from the sources must not be imported by accident.
  if (existsSync(out)) for (const file of filesBelow(out, /\.js$/)) if (!known.has(file)) rmSync(file)
}
