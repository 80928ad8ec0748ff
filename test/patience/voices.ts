import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src/errors.ts';
import { decodeWav, type Sound } from '../../src/probe/wav.ts';
import { type Flite, loadFlite } from '../../src/standin/flite.ts';
import { piperJoe } from './piper.ts';
import type { Language } from './sentences.ts';

const run = promisify(execFile);

export type Engine = 'espeak-ng' | 'flite' | 'piper' | 'festival';

/** Eighteen of espeak-ng's, six of them fresh (`split.ts`); those of others are cut or learned from recorded people. */
export const VOICES: readonly { engine: Engine; name: string; languages: readonly Language[] }[] = [
  ...['en-us', 'en-gb', 'en-gb-scotland', 'en-029', 'en-gb-x-rp'].map((name) => espeak(name, ['en'])),
  ...['ms', 'ms+f2', 'ms+m3', 'ms+f5'].map((name) => espeak(name, ['ms', 'mixed'])),
  ...['es', 'es-419', 'es+f3'].map((name) => espeak(name, ['es'])),
  ...['slt', 'rms', 'awb', 'kal16'].map((name) => ({
    engine: 'flite' as const,
    name,
    languages: ['en' as const],
  })),
  { engine: 'piper', name: 'joe', languages: ['en'] },
  ...['en-us-nyc', 'en-gb-x-gbclan'].map((name) => espeak(name, ['en'])),
  ...['ms+m7', 'ms+f4'].map((name) => espeak(name, ['ms', 'mixed'])),
  ...['it', 'it+f2'].map((name) => espeak(name, ['it'])),
  { engine: 'festival', name: 'ked_diphone', languages: ['en'] },
  ...['lp_diphone', 'pc_diphone'].map((name) => ({
    engine: 'festival' as const,
    name,
    languages: ['it' as const],
  })),
];

function espeak(name: string, languages: readonly Language[]) {
  return { engine: 'espeak-ng' as const, name, languages };
}

export interface Speaking {
  engine: Engine;
  voice: string;
  /** 1: the voice's own speed, 1.2 faster. */
  speed: number;
}

let flite: Promise<Flite> | undefined;

/** Speech of a text, mono at the voice's own rate. @throws AppError where the program is missing or fails. */
export async function say({ engine, voice, speed }: Speaking, text: string): Promise<Sound> {
  if (engine === 'piper') return piperJoe(text, speed);
  if (engine === 'flite') {
    flite ??= loadFlite();
    const stretch = `duration_stretch=${(1 / speed).toFixed(3)}`;
    const plain = text.normalize('NFKD').replace(/[^\x20-\x7e]/g, '');
    const args = ['-voice', voice, '--setf', stretch, '-o', '/out/speech.wav', '-t', plain];
    return decodeWav(await (await flite)(args));
  }
  if (engine === 'festival') return festival(voice, speed, text);
  const file = join(tmpdir(), `patience-${randomUUID()}.wav`);
  try {
    await run('espeak-ng', ['-v', voice, '-s', String(Math.round(165 * speed)), '-z', '-w', file, text]);
    return decodeWav(await readFile(file));
  } catch (cause) {
    throw new AppError(`espeak-ng could not say «${text}»`, { cause, hint: 'apt-get install espeak-ng' });
  } finally {
    await rm(file, { force: true });
  }
}

/** It reads Latin-1. */
async function festival(voice: string, speed: number, text: string): Promise<Sound> {
  const file = join(tmpdir(), `patience-${randomUUID()}`);
  const stretch = `(Parameter.set 'Duration_Stretch ${(1 / speed).toFixed(3)})`;
  try {
    await writeFile(`${file}.txt`, Buffer.from(text, 'latin1'));
    const args = ['-eval', `(voice_${voice})`, '-eval', stretch, '-o', `${file}.wav`, `${file}.txt`];
    await run('text2wave', args);
    return decodeWav(await readFile(`${file}.wav`));
  } catch (cause) {
    const hint = 'apt-get install festival festvox-kdlpc16k festvox-italp16k festvox-itapc16k';
    throw new AppError(`festival could not say «${text}»`, { cause, hint });
  } finally {
    await Promise.all(['txt', 'wav'].map((end) => rm(`${file}.${end}`, { force: true })));
  }
}
