import { execFile, spawn } from 'node:child_process';
import { AppError } from '../errors.ts';
import { pcmStream } from '../openai/pcm.ts';
import { Resampler } from '../openai/resample.ts';
import { hash, type Utterance } from './tones.ts';

const WORDS_PER_MINUTE = 175;

/** espeak-ng as it is installed. */
export interface Espeak {
  command: string;
  /** Languages and voices that it can speak with, in lower case. */
  voices: ReadonlySet<string>;
}

/** The first of `commands` that lists its voices. */
export async function findEspeak(commands: readonly string[]): Promise<Espeak | undefined> {
  for (const command of commands) {
    const list = await new Promise<string | undefined>((resolve) => {
      execFile(command, ['--voices'], { timeout: 3000 }, (error, stdout) =>
        resolve(error ? undefined : stdout),
      );
    });
    if (list) return { command, voices: readVoices(list) };
  }
  return undefined;
}

/** Languages and one-word names of `espeak-ng --voices`; MBROLA's are left out, their data is seldom there. */
export function readVoices(list: string): Set<string> {
  const rows = list
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , file]) => file && !file.startsWith('mb/'));
  const names = rows.flatMap(([, language = '', , name = '']) =>
    name.includes('_') ? [language] : [language, name],
  );
  return new Set(names.map((name) => name.toLowerCase()));
}

/**
 * Any voice name to what espeak-ng takes: its own voices and languages (`ms`, `Malay`, `en_US-lessac`, with a variant
 * as in `en+f3`) as they are, then by language (`ms-MY-YasminNeural`). Others, such as `alloy` or `af_heart`, are
 * English, told apart by their pitch (0 to 99).
 */
export function espeakVoice(name: string, known: ReadonlySet<string>): { voice: string; pitch: number } {
  const [base = '', variant = ''] = name.split('+');
  const locale = base.replace(/_(?=[A-Z]{2}\b)/, '-').toLowerCase();
  const parts = locale.split('-');
  const prefixes = parts.map((_, dropped) => parts.slice(0, parts.length - dropped).join('-'));
  const voice = prefixes.find((prefix) => known.has(prefix));
  if (!voice) return { voice: 'en', pitch: 30 + (hash(name) % 50) };
  return { voice: /^\w+$/.test(variant) ? `${voice}+${variant}` : voice, pitch: 50 };
}

/**
 * Speech from espeak-ng as it is produced, mono at `sampleRate`. Ends the program when `signal` is aborted or the
 * reader stops. Throws `AppError` where the program fails.
 */
export async function* espeakSpeech(
  { command, voices }: Espeak,
  { input, voice, speed }: Utterance,
  sampleRate: number,
  signal: AbortSignal,
): AsyncGenerator<Int16Array> {
  const chosen = espeakVoice(voice, voices);
  const pace = Math.round(Math.max(80, Math.min(450, WORDS_PER_MINUTE * speed)));
  const args = [
    '--stdout',
    '--stdin',
    '-z',
    '-v',
    chosen.voice,
    '-p',
    String(chosen.pitch),
    '-s',
    String(pace),
  ];
  const child = spawn(command, args, { signal, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new AppError(`${command} could not speak`, { cause })));
    child.once('close', (code) => (code ? reject(new AppError(`${command} ended with ${code}`)) : resolve()));
  });
  ended.catch(() => undefined);
  // The program may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    yield* resampled(child.stdout, sampleRate);
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
}

async function* resampled(wav: AsyncIterable<Buffer>, sampleRate: number): AsyncGenerator<Int16Array> {
  const invalid = (what: string) => new AppError(`espeak-ng answered ${what}`);
  let resampler: Resampler | undefined;
  for await (const piece of pcmStream(wav, { contentType: 'audio/wav', invalid })) {
    resampler ??= new Resampler(piece.sampleRate, sampleRate);
    yield resampler.push(piece.samples);
  }
  if (resampler) yield resampler.flush();
}
