/** What runs, where, and what is worth knowing about it. */
export type Row = readonly [what: string, where: string, detail: string];

/** Rows under a heading, in columns as wide as their widest cell. */
export function renderTable(rows: readonly Row[]): string {
  const all: readonly Row[] = [['what', 'where', 'detail'], ...rows];
  const width = (column: 0 | 1) => Math.max(...all.map((row) => row[column].length));
  const [what, where] = [width(0), width(1)];
  const lines = all.map(([a, b, c]) => `  ${a.padEnd(what)}  ${b.padEnd(where)}  ${c}`.trimEnd());
  const rule = `  ${'─'.repeat(what)}  ${'─'.repeat(where)}  ${'─'.repeat('detail'.length)}`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
