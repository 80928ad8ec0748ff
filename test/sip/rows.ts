import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject, type TestOptions, test } from 'vitest';

/** What is told of a row: what the caller heard, and how long what is measured took. */
export interface Told {
  heard: string;
  /** Milliseconds of what the row is about. */
  ms?: number;
}

interface Row extends Partial<Told> {
  name: string;
  ok: boolean;
}

const FILE = 'rows.jsonl';
/** No row needs a third of it on a machine that is idle. */
const WITHIN_MS = 180_000;

/** A test of the door that stands in the table at the end of the run. */
export function row(name: string, act: () => Promise<Told> | Promise<void>, options: TestOptions = {}): void {
  test(name, { timeout: WITHIN_MS, ...options }, async () => {
    const file = join(inject('sipRows'), FILE);
    const note = (result: Row) => appendFileSync(file, `${JSON.stringify(result)}\n`);
    try {
      const told = await act();
      note({ name, ok: true, ...(told ?? {}) });
    } catch (error) {
      note({ name, ok: false, heard: String(error).split('\n', 1)[0]?.slice(0, 80) ?? '' });
      throw error;
    }
  });
}

/** The rows of a run as text; of one that was tried again, the last try. */
export function tableOf(dir: string): string {
  const file = join(dir, FILE);
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const rows = new Map(lines.map((line) => JSON.parse(line) as Row).map((result) => [result.name, result]));
  const cells = [...rows.values()].map(({ name, ok, heard = '', ms }) => [
    ok ? 'ok' : 'FAILED',
    name,
    heard,
    ms === undefined ? '' : `${Math.round(ms)} ms`,
  ]);
  const table = [['', 'row', 'what the caller heard', ''], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return `\n${table.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n')}\n`;
}
