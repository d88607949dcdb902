/**
 * Tables of text.
 *
 * @module
 */

/** Rows of cells under headings, in columns as wide as their widest cell. Numbers are set to the right. Empty without rows. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return ''
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, String(row[column] ?? '').length), heading.length),
  )
  const numeric = headings.map((_, column) => rows.every((row) => typeof row[column] === 'number'))
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => String(cell)[numeric[column] ? 'padStart' : 'padEnd'](widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [headings, ...rows].map((cells) => `${line(cells)}\n`).join('')
}

/** A table under a title, followed by an empty line; nothing at all without rows. */
export function titledTable(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  return rows.length === 0 ? '' : `${title}\n${table(headings, rows).replaceAll(/^/gm, '  ').trimEnd()}\n\n`
}
