import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';
import { decodeWav, type Sound } from '../probe/wav.ts';

const run = promisify(execFile);

/** The callers' voices: recorded people (flite's slt, rms, awb), a diphone voice (kal), and formants (espeak-ng). */
const VOICES: Readonly<Record<string, readonly ['flite' | 'espeak-ng', ...string[]]>> = {
  slt: ['flite', '-voice', 'slt'],
  rms: ['flite', '-voice', 'rms'],
  awb: ['flite', '-voice', 'awb', '--setf', 'duration_stretch=1.1'],
  kal: ['flite', '-voice', 'kal16', '--setf', 'duration_stretch=0.9'],
  'en-f3': ['espeak-ng', '-v', 'en-us+f3', '-s', '165'],
  'en-m5-fast': ['espeak-ng', '-v', 'en-gb+m5', '-s', '195'],
  'en-gb-slow': ['espeak-ng', '-v', 'en-gb', '-s', '140'],
  'ms-slow': ['espeak-ng', '-v', 'ms', '-s', '145'],
  'ms-f2': ['espeak-ng', '-v', 'ms+f2', '-s', '160'],
  'ms-m3-fast': ['espeak-ng', '-v', 'ms+m3', '-s', '185'],
};

/** How a voice is made, for the report. */
export const describeVoice = (name: string): string => `${name} (${VOICES[name]?.join(' ')})`;

/**
 * Speech of a named voice, mono at the voice's own rate.
 *
 * @throws AppError for an unknown voice, or a program that is missing or fails.
 */
export async function say(name: string, text: string): Promise<Sound> {
  const [program, ...args] = VOICES[name] ?? [];
  if (!program)
    throw new AppError(`no voice «${name}»`, { hint: `one of ${Object.keys(VOICES).join(', ')}` });
  const file = join(tmpdir(), `voice-${randomUUID()}.wav`);
  const all = program === 'flite' ? [...args, '-t', text, '-o', file] : [...args, '-z', '-w', file, text];
  try {
    await run(program, all);
    return decodeWav(await readFile(file));
  } catch (cause) {
    throw new AppError(`${program} could not say «${text}»`, {
      cause,
      hint: `apt-get install ${program}`,
    });
  } finally {
    await rm(file, { force: true });
  }
}
