import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRecognizer, findSphinx, readHypotheses } from '../../src/standin/sphinx.ts';
import { fakeProgram } from './programs.ts';
import { beep } from './sounds.ts';

const audio = { samples: beep({ toneMs: 300, sampleRate: 48_000 }), sampleRate: 48_000 };
const never = new AbortController().signal;
const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('stand-in-stt-'));

test('nothing is found where no command can be started', async () => {
  expect(await findSphinx(['no-such-program-here', import.meta.dirname])).toBeUndefined();
  expect(await findSphinx([])).toBeUndefined();
});

test('the first command that starts is taken, even though it fails without arguments', async () => {
  const { command } = await fakeProgram(
    'pocketsphinx',
    '[ "$1" = -help ] && exit 1; echo "{\\"t\\":\\"hello\\"}"',
  );
  const found = await findSphinx(['no-such-program-here', command]);
  expect(await found?.recognize(audio, never)).toBe('hello');
});

test('the older program gets -infile and 16 kHz mono WAV, which is gone afterwards', async () => {
  const { command, folder } = await fakeProgram(
    'pocketsphinx_continuous',
    'echo "$@" > "$HERE/args"; cp "$4" "$HERE/heard.wav"; echo ok',
  );
  const before = await leftovers();
  expect(await createRecognizer(command).recognize(audio, never)).toBe('ok');
  expect(await readFile(join(folder, 'args'), 'utf8')).toMatch(/^-logfn \/dev\/null -infile \S+\.wav$/m);
  const wav = await readFile(join(folder, 'heard.wav'));
  expect([wav.readUInt16LE(22), wav.readUInt32LE(24), wav.length]).toEqual([1, 16_000, 44 + 4800 * 2]);
  expect(await leftovers()).toEqual(before);
});

test('the newer program is asked for one utterance', async () => {
  const { command, folder } = await fakeProgram('pocketsphinx', 'echo "$@" > "$HERE/args"');
  await createRecognizer(command).recognize(audio, never);
  expect(await readFile(join(folder, 'args'), 'utf8')).toMatch(/^-logfn \/dev\/null single \S+\.wav$/m);
});

test('recognitions run one at a time, and one too many is turned away at once', async () => {
  const { command, folder } = await fakeProgram(
    'pocketsphinx_continuous',
    'mkdir "$HERE/busy" || exit 1; until [ -e "$HERE/go" ]; do sleep 0.01; done; rmdir "$HERE/busy"; echo done',
  );
  const recognizer = createRecognizer(command);
  const four = [1, 2, 3, 4].map(() => recognizer.recognize(audio, never));
  expect(await recognizer.recognize(audio, never)).toBeUndefined();
  await writeFile(join(folder, 'go'), '');
  expect(await Promise.all(four)).toEqual(['done', 'done', 'done', 'done']);
  expect(await recognizer.recognize(audio, never)).toBe('done');
});

test('a caller that leaves ends the program and lets the next one in', async () => {
  const { command, folder } = await fakeProgram(
    'pocketsphinx_continuous',
    'if [ -e "$HERE/pid" ]; then echo next; else echo $$ > "$HERE/pid"; exec sleep 60; fi',
  );
  const recognizer = createRecognizer(command);
  const leaving = new AbortController();
  const first = recognizer.recognize(audio, leaving.signal);
  const second = recognizer.recognize(audio, never);
  await expect.poll(() => pidIn(folder)).toBeGreaterThan(0);
  const pid = await pidIn(folder);
  leaving.abort();
  expect([await first, await second]).toEqual([undefined, 'next']);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('both output forms become plain text without fillers', () => {
  expect(readHypotheses('hello there\n\n<sil> good [NOISE] morning ++breath++\n')).toBe(
    'hello there good morning',
  );
  const word = '{"b":0.0,"d":0.4,"p":1.0,"t":"<s>"}';
  expect(readHypotheses(`{"b":0.0,"d":2.6,"p":0.0,"t":"pay my bill","w":[${word}]}\n`)).toBe('pay my bill');
});

async function pidIn(folder: string): Promise<number> {
  return Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'));
}
