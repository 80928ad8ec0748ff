import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { credentialFrom } from '../../../src/doctor/outside/credential.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-credential-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a file comes before the variable, the variable before a question, and a person is asked once', async () => {
  const file = join(dir, 'token');
  await writeFile(file, 'of the file\n');
  expect(await credentialFrom({ variable: 'of the variable', file })()).toBe('of the file');
  expect(
    await credentialFrom({ variable: ' of the variable ', file: undefined, ask: async () => 'no' })(),
  ).toBe('of the variable');
  let asked = 0;
  const credential = credentialFrom({ variable: '', file: undefined, ask: async () => `answer ${++asked}` });
  expect(await Promise.all([credential(), credential()])).toEqual(['answer 1', 'answer 1']);
  expect(await credentialFrom({ variable: undefined, file: undefined })()).toBeUndefined();
});

test('a file that is not there or empty is named', async () => {
  const file = join(dir, 'token');
  await expect(credentialFrom({ variable: 'x', file })()).rejects.toThrow(file);
  await writeFile(file, ' \n');
  await expect(credentialFrom({ variable: 'x', file })()).rejects.toThrow('is empty');
});
