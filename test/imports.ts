/**
 * The laws of the house that no linter knows: which room may import which, what the pure rooms may touch, how long a file may be.
 *
 * Run as a program it checks the project and prints each violation as `file:line: what is wrong`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, posix } from 'node:path'
import ts from 'typescript'

/** What each room of `src` may import beside itself: downhill only. The front door, `src/index.ts`, may import all. */
export const downhill: Readonly<Record<string, readonly string[]>> = {
  cli: ['netkit', 'bpf', 'netlink', 'netns', 'elf', 'btf', 'asm', 'codec', 'sys'],
  netkit: ['bpf', 'netlink', 'netns', 'elf', 'btf', 'asm', 'codec', 'sys'],
  bpf: ['netns', 'elf', 'btf', 'asm', 'codec', 'sys'],
  netlink: ['netns', 'codec', 'sys'],
  netns: ['codec', 'sys'],
  elf: ['btf', 'asm', 'codec'],
  btf: ['asm', 'codec'],
  asm: ['codec'],
  codec: [],
  sys: ['codec'],
}

/** Bytes in, data out: these run in a browser too. */
const pure: ReadonlySet<string> = new Set(['codec', 'btf', 'elf', 'asm'])

/** Globals that only Node has. */
const nodeGlobals: ReadonlySet<string> = new Set(['Buffer', 'process', 'require', '__dirname', 'setImmediate'])

/** Lines that a file of `src` may have. */
const longest = 400

/** A place where a law is broken. */
export interface Violation {
  readonly file: string
  readonly line: number
  readonly what: string
}

/** The laws that one file breaks; `file` is its path in the project. */
export function violations(file: string, text: string): Violation[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Violation[] = []
  const report = (position: number, what: string): void => {
    found.push({ file, line: source.getLineAndCharacterOfPosition(position).line + 1, what })
  }
  const room = /^src\/(\w+)\//.exec(file)?.[1]
  const inSource = file.startsWith('src/')

  const checkImport = (specifier: string, position: number): void => {
    if (!specifier.startsWith('.')) {
      if (inSource && specifier === 'koffi' && room !== 'sys') report(position, 'only src/sys may import koffi')
      if (inSource && specifier !== 'koffi' && !specifier.startsWith('node:')) {
        report(position, `src depends on koffi alone, not on ${specifier}`)
      }
      if (room !== undefined && pure.has(room) && specifier.startsWith('node:')) {
        report(position, `src/${room} is pure: it may not import ${specifier}`)
      }
      return
    }
    const target = posix.join(posix.dirname(file), specifier)
    if (inSource && !target.startsWith('src/')) report(position, `src may not import ${target}`)
    if (file.startsWith('test/unit/') && target.startsWith('test/kernel/')) {
      report(position, `test/unit runs without root: it may not import ${target}`)
    }
    const other = /^src\/(\w+)\//.exec(target)?.[1]
    if (room === undefined || !target.startsWith('src/') || other === room) return
    if (other === undefined) report(position, `src/${room} may not import the front door, ${target}`)
    else if (downhill[room] === undefined) report(position, `src/${room} is no room of the house (test/imports.ts)`)
    else if (!downhill[room].includes(other)) report(position, `src/${room} may not import src/${other}`)
  }

  const visit = (node: ts.Node, inFunction: boolean): void => {
    const specifier = moduleOf(node)
    if (specifier !== undefined) checkImport(specifier.text, specifier.getStart())
    if (inSource && !inFunction && (ts.isAwaitExpression(node) || isForAwait(node))) {
      report(node.getStart(), 'no top-level await in src: require() of the package must work')
    }
    if (room !== undefined && pure.has(room) && ts.isIdentifier(node) && nodeGlobals.has(node.text) && isValue(node)) {
      report(node.getStart(), `src/${room} is pure: ${node.text} exists in Node alone`)
    }
    ts.forEachChild(node, (child) => visit(child, inFunction || ts.isFunctionLike(node)))
  }
  visit(source, false)
  const lines = text.replace(/\n$/, '').split('\n').length
  if (inSource && lines > longest)
    found.push({ file, line: longest + 1, what: `${lines} lines; at most ${longest} in a file of src` })
  return found
}

/** The module that a node imports from: `import`, `export … from`, `import()` and types. */
function moduleOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier !== undefined && ts.isStringLiteralLike(node.moduleSpecifier)
      ? node.moduleSpecifier
      : undefined
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments
    return argument !== undefined && ts.isStringLiteralLike(argument) ? argument : undefined
  }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteralLike(node.argument.literal)
  ) {
    return node.argument.literal
  }
  return undefined
}

const isForAwait = (node: ts.Node): boolean => ts.isForOfStatement(node) && node.awaitModifier !== undefined

/** True where an identifier stands for the global, not for a member, a key or a name of the file's own. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent))
    return ts.isPropertyAccessExpression(parent) && parent.expression === node
  const names = ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)
  const more = ts.isPropertyDeclaration(parent) || ts.isParameter(parent) || ts.isVariableDeclaration(parent)
  return !((names || more || ts.isMethodSignature(parent) || ts.isFunctionDeclaration(parent)) && parent.name === node)
}

/** The files that the laws are about, as paths in the project. */
function files(root: string): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => normalize(`${folder}/${name}`))
  return [...below('src'), ...below('test/unit')].filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
}

if (import.meta.filename === process.argv[1]) {
  const root = join(import.meta.dirname, '..')
  const found = files(root).flatMap((file) => violations(file, readFileSync(join(root, file), 'utf8')))
  for (const { file, line, what } of found) console.log(`${file}:${line}: ${what}`)
  if (found.length > 0) process.exitCode = 1
}
