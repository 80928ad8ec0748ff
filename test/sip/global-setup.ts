import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findSipBinary } from '../../src/dev/sip-binary.ts';
import checkE2e from '../e2e/global-setup.ts';
import { toolPath } from '../tools.ts';
import { tableOf } from './rows.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sipRows: string;
  }
}

/** Builds what the door is made of, and prints at the end what the far end heard, row by row. */
export default async function setup(project: TestProject): Promise<() => void> {
  await checkE2e();
  const onProgress = (text: string) => process.stderr.write(`${text}\n`);
  await findSipBinary({ onProgress });
  await toolPath('sip-phone', { onProgress });
  const dir = mkdtempSync(join(tmpdir(), 'voice-agent-sip-rows-'));
  project.provide('sipRows', dir);
  return () => {
    process.stdout.write(tableOf(dir));
    rmSync(dir, { recursive: true, force: true });
  };
}
