/** A column of a text table. */
export interface TextColumn {
  readonly title: string
  /** Default `'left'`. */
  readonly align?: 'left' | 'right'
}

/** Rows as text in columns, with a rule below the titles; lines end without spaces. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (columns[i]!.align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), widths.map((n) => '-'.repeat(n)).join('  '), ...rows.map(line)].join(
    '\n',
  )
}
