/**
 * Rows of cells in columns as wide as their widest cell, a rule below the first row, which is the heading.
 *
 * @param align - of all columns but the first: `right` for numbers.
 */
export function renderTable(rows: readonly (readonly string[])[], align: 'left' | 'right' = 'left'): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, width: number, column: number) =>
    align === 'left' || column === 0 ? text.padEnd(width) : text.padStart(width);
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => cell(row[column] ?? '', width, column))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n');
}
