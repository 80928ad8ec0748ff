import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError, PersonaError } from '../../src/errors.ts';
import type { Files } from '../../src/persona/folder.ts';
import { keepOnDisk, type LastGood, type Texts } from '../../src/persona/last-good.ts';
import { createPersonaStore, type PersonaStoreOptions } from '../../src/persona/store.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function keepInMemory(): LastGood {
  let kept: Texts = {};
  return {
    read: async () => kept,
    write: async (texts) => {
      kept = texts;
    },
  };
}

/** A store over a folder that the test writes: a string is a file, an error one that cannot be read. */
function folder(files: Record<string, string | PersonaError>, options: Partial<PersonaStoreOptions> = {}) {
  const lines: { level: string; message: string; fields: object }[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields });
  let event = () => {};
  let unwatched = 0;
  const store = createPersonaStore({
    dir: 'prompts',
    log: { debug: line('debug'), info: line('info'), warn: line('warn') },
    lastGood: keepInMemory(),
    readFolder: async (): Promise<Files> => new Map(Object.entries(files)),
    watchFolder: (_dir, onEvent) => {
      event = onEvent;
      return () => void unwatched++;
    },
    ...options,
  });
  const warnings = () => lines.filter(({ level }) => level === 'warn');
  return { store, files, lines, warnings, touch: () => event(), unwatched: () => unwatched };
}

test('every file is a persona, except parts', async () => {
  const { store, warnings } = folder({ 'b.md': 'B {{> _p }}', 'a.md': 'A', '_p.md': 'part' });
  await store.load();
  expect(store.list().map(({ name }) => name)).toEqual(['b', 'a']);
  expect(store.get('b')).toMatchObject({ instructions: 'B part', file: 'prompts/b.md' });
  expect(store.get('_p')).toBeUndefined();
  expect(warnings()).toEqual([]);
});

test('an edit, of a part too, is there after the next load, and a removed file is gone', async () => {
  const { store, files, lines } = folder({ 'a.md': 'A {{> _p }}', 'b.md': 'B', 'c.md': 'C', '_p.md': 'one' });
  await store.load();
  files['_p.md'] = 'two';
  delete files['b.md'];
  await store.load();
  expect(store.get('a')?.instructions).toBe('A two');
  expect(store.get('b')).toBeUndefined();
  await store.load();
  expect(lines.map(({ fields }) => fields)).toEqual([
    { changed: ['a', 'b', 'c'], removed: [] },
    { changed: ['a'], removed: ['b'] },
  ]);
});

test('a broken edit keeps the last good version, warns once, and again only when the fault changes', async () => {
  const { store, files, warnings } = folder({ 'a.md': 'A', 'b.md': 'B' });
  await store.load();
  const good = store.get('a');
  files['a.md'] = '---\nvoise: x\n---\nA2';
  files['b.md'] = 'B2';
  await store.load();
  await store.load();
  expect(store.get('a')).toEqual(good);
  expect(store.broken()).toBe(1);
  expect(store.get('b')?.instructions).toBe('B2');
  expect(warnings()).toMatchObject([
    {
      message: expect.stringContaining('last good'),
      fields: { fault: expect.stringMatching(/^prompts\/a\.md:2: unknown key "voise"/) },
    },
  ]);

  files['a.md'] = '\n---\nvoise: x\n---\n{{A2}}';
  await store.load();
  expect(warnings()).toHaveLength(2);
  files['a.md'] = 'A3';
  await store.load();
  expect(store.get('a')?.instructions).toBe('A3');
  expect(store.broken()).toBe(0);
  expect(warnings()).toHaveLength(2);
});

test('a fault in a shared part is one warning, however many prompts it breaks', async () => {
  const { store, files, warnings } = folder({ 'a.md': '{{> _p }}', 'b.md': '{{> _p }}', '_p.md': 'fine' });
  await store.load();
  files['_p.md'] = 'fine\n{{who}}';
  await store.load();
  expect(warnings()).toMatchObject([{ fields: { fault: expect.stringContaining('prompts/_p.md:2: ') } }]);
  expect(store.get('b')?.instructions).toBe('fine');
});

test('a removed part keeps the prompts that used it', async () => {
  const { store, files, warnings } = folder({ 'a.md': 'A {{> _p }}', '_p.md': 'part' });
  await store.load();
  delete files['_p.md'];
  await store.load();
  expect(store.get('a')?.instructions).toBe('A part');
  expect(warnings()).toMatchObject([{ fields: { fault: 'prompts/a.md:1: no part _p.md; there are: none' } }]);
});

test('a file that was never good is named and left out, and the others serve', async () => {
  const { store, warnings } = folder({
    'a.md': 'A',
    'b.md': new PersonaError('prompts/b.md', 1, 'cannot be read'),
  });
  await store.load();
  expect(store.list().map(({ name }) => name)).toEqual(['a']);
  expect(warnings()).toMatchObject([{ message: expect.stringContaining('cannot be chosen') }]);
});

test('a process that starts after a bad edit has the last good version of the others', async () => {
  const lastGood = keepInMemory();
  const worker = folder({ 'a.md': 'A', 'b.md': 'B' }, { lastGood });
  await worker.store.load();
  const late = folder({ 'a.md': '{{oops', 'b.md': 'B' }, { lastGood, quiet: true });
  await late.store.load();
  expect(late.store.get('a')).toEqual(worker.store.get('a'));
  expect(late.lines.map(({ level }) => level)).toEqual(['debug', 'debug']);
});

test('a version that another process saw later wins over the own one', async () => {
  const lastGood = keepInMemory();
  const warm = folder({ 'a.md': 'A1' }, { lastGood });
  await warm.store.load();
  await folder({ 'a.md': 'A2' }, { lastGood }).store.load();
  warm.files['a.md'] = '{{oops';
  await warm.store.load();
  expect(warm.store.get('a')?.instructions).toBe('A2');
});

test('what is kept on disk is written only when it changes', async () => {
  const base = mkdtempSync(join(tmpdir(), 'store-'));
  const disk = keepOnDisk('prompts', base);
  const write = vi.fn(disk.write);
  const { store, files } = folder({ 'a.md': 'A', 'b.md': 'B' }, { lastGood: { read: disk.read, write } });
  await store.load();
  await store.load();
  expect(write).toHaveBeenCalledTimes(1);
  delete files['b.md'];
  await store.load();
  expect(write).toHaveBeenCalledTimes(2);
  expect(Object.keys(await disk.read())).toEqual(['a.md']);
  rmSync(base, { recursive: true });
});

test('prompts load although the last good ones cannot be kept', async () => {
  const lastGood = {
    read: async () => ({}),
    write: () => Promise.reject(new Error('read-only file system')),
  };
  const { store, files, warnings } = folder({ 'a.md': 'A' }, { lastGood });
  await store.load();
  files['a.md'] = '';
  await store.load();
  expect(store.get('a')?.instructions).toBe('A');
  expect(warnings()).toHaveLength(1);
});

test('a start without any usable prompt is an error', async () => {
  await expect(folder({ '_p.md': 'part' }).store.load()).rejects.toThrow('no prompt file in prompts');
  await expect(folder({ 'a.md': '{{x}}' }).store.load()).rejects.toThrow(PersonaError);
  const gone = folder(
    {},
    { readFolder: () => Promise.reject(new AppError('prompt folder x cannot be read')) },
  );
  await expect(gone.store.load()).rejects.toThrow('prompt folder x');
});

test('the set stays, with one warning, while the folder is empty or away', async () => {
  let away = false;
  const { store, files, warnings } = folder(
    {},
    {
      readFolder: async () => {
        if (away) throw new AppError('prompt folder prompts cannot be read');
        return new Map(Object.entries(files));
      },
    },
  );
  files['a.md'] = 'A';
  await store.load();
  away = true;
  await store.load();
  await store.load();
  expect(store.get('a')).toBeDefined();
  expect(warnings()).toHaveLength(1);
  away = false;
  delete files['a.md'];
  await store.load();
  expect(store.get('a')).toBeDefined();
  expect(warnings()).toHaveLength(2);
});

test('loads that overlap end with the newest set', async () => {
  const { store, files } = folder({ 'a.md': 'old' });
  const first = store.load();
  files['a.md'] = 'new';
  await Promise.all([first, store.load()]);
  expect(store.get('a')?.instructions).toBe('new');
});

test('a watched folder is loaded once its events settle, and no more after the stop', async () => {
  const { store, files, touch, unwatched } = folder({ 'a.md': 'one' });
  await store.load();
  const stop = store.watch();
  files['a.md'] = 'two';
  touch();
  await vi.advanceTimersByTimeAsync(150);
  touch();
  await vi.advanceTimersByTimeAsync(150);
  expect(store.get('a')?.instructions).toBe('one');
  await vi.advanceTimersByTimeAsync(100);
  expect(store.get('a')?.instructions).toBe('two');

  files['a.md'] = 'three';
  touch();
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(store.get('a')?.instructions).toBe('two');
  expect(unwatched()).toBe(1);
});

test('a folder that reports no events is polled', async () => {
  const { store, files } = folder({ 'a.md': 'one' });
  await store.load();
  const stop = store.watch();
  files['a.md'] = 'two';
  await vi.advanceTimersByTimeAsync(5000);
  expect(store.get('a')?.instructions).toBe('two');
  stop();
});
