/**
 * The rows of our tables as they are written down: the number of each, and the constant that its comment names.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'

/** One row of an attribute table. */
export interface WrittenRow {
  /** Where it stands: `src/netlink/route/link.ts:93`. */
  readonly at: string
  readonly name: string
  readonly id: number
  /** The first constant that its comment names. */
  readonly constant: string | undefined
  /** Its codec, as it is written. */
  readonly codec: string
}

/** One table: the rows of one object literal. */
export interface WrittenTable {
  readonly at: string
  readonly rows: readonly WrittenRow[]
}

const root = join(import.meta.dirname, '../..')

/** All tables below a folder of the project. */
export function writtenTables(folder = 'src/netlink'): WrittenTable[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) => tablesOf(join(root, folder, file)))
}

function tablesOf(path: string): WrittenTable[] {
  const text = readFileSync(path, 'utf8')
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const at = (node: ts.Node): string =>
    `${relative(root, path)}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`
  const tables: WrittenTable[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const rows = node.properties.flatMap((property) => rowOf(property, text, source, at))
      if (rows.length > 0) tables.push({ at: at(node), rows })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return tables
}

function rowOf(
  property: ts.ObjectLiteralElementLike,
  text: string,
  source: ts.SourceFile,
  at: (node: ts.Node) => string,
): WrittenRow[] {
  if (!ts.isPropertyAssignment(property) || !ts.isArrayLiteralExpression(property.initializer)) return []
  const [id, codec] = property.initializer.elements
  if (id === undefined || codec === undefined || !ts.isNumericLiteral(id)) return []
  // A pair of numbers is something else.
  if (ts.isNumericLiteral(codec)) return []
  const comments = ts.getLeadingCommentRanges(text, property.getFullStart()) ?? []
  const said = comments.map(({ pos, end }) => text.slice(pos, end)).join(' ')
  const constant = /`([A-Z][A-Z\d]*_[A-Z\d_]+)`/.exec(said)?.[1]
  return [
    {
      at: at(property),
      name: property.name.getText(source).replaceAll("'", ''),
      id: Number(id.text),
      constant,
      codec: codec.getText(source),
    },
  ]
}
