import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeFiles } from '../../src/doctor/files/judge.ts';
import { renderText, SCENARIOS } from './chart.ts';

test.each(Object.entries(SCENARIOS))('`check --files` says nothing of %s', async (_, rendering) => {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-judged-'));
  await writeFile(join(dir, 'all.yaml'), await renderText(rendering));
  const results = await judgeFiles(dir).finally(() => rm(dir, { recursive: true }));
  expect(results.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(results.map(({ id }) => id)).toContain('files.manifests');
});
