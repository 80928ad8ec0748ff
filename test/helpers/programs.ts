import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perTest } from './per-test.ts';

/** A temporary folder for every test of a file, with programs in it that stand for others. */
export interface ProgramFolder {
  readonly root: string;
  /** Writes an executable and returns its path. */
  program(folder: string, name: string, text: string): string;
}

export function useProgramFolder(): ProgramFolder {
  return perTest(makeFolder, ({ root }) => rmSync(root, { recursive: true }));
}

function makeFolder(): ProgramFolder {
  const root = mkdtempSync(join(tmpdir(), 'programs-'));
  return {
    root,
    program(folder, name, text) {
      const dir = join(root, folder);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, name), text, { mode: 0o755 });
      return join(dir, name);
    },
  };
}
