import { readFile } from 'node:fs/promises';
import { type StageServer, servedBy, serversOf } from '../../config/models.ts';
import { AppError } from '../../errors.ts';
import { pcmStream } from '../../openai/pcm.ts';
import { openRealtime } from '../../openai/realtime.ts';
import { joined } from '../../openai/samples.ts';
import { type TranscribeOptions, type Transcript, transcribe } from '../../openai/transcription.ts';
import { transcribeStreamed } from '../../openai/transcription-sse.ts';
import { decodeWav, durationMs } from '../../probe/wav.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck, InsideMeans } from '../inside-context.ts';
import { atEachServer, MODELS } from './each-server.ts';
import { withOffer } from './offer.ts';

/** «One, two, three, four, five.» by a Flite voice, and the same in Malay by espeak-ng: mono, 16-bit, 16 kHz. */
const SENTENCES = {
  English: new URL('../sentence.wav', import.meta.url),
  Malay: new URL('../sentence-ms.wav', import.meta.url),
} as const;
type Language = keyof typeof SENTENCES;
const SAMPLE_RATE = 16_000;

/** A spoken sentence becomes text, in the mode that calls use, and in each language that callers may speak. */
export const transcription: InsideCheck = {
  id: 'transcription',
  proves: 'speech is understood',
  isModel: true,
  after: [MODELS.id],
  async run({ config, seen, signal }) {
    const servers = serversOf(config, 'stt');
    if (servedBy(config, 'stt').plugin || servers[0].baseUrl === '') return undefined;
    return atEachServer('stt', servers, seen, (server) => tryServer(config, server, signal));
  },
};

async function tryServer(
  { stt }: InsideMeans['config'],
  { wire, model, extraBody, keySetting, voice: _, ...address }: StageServer,
  signal: AbortSignal,
): Promise<Finding> {
  const server = { ...address, deadlines: { ...stt, attempts: 1 }, signal };
  const mode = wire === undefined ? stt.mode : 'realtime';
  const asked = { ...server, extraBody, model, wire, keySetting, language: stt.language };
  const lines: string[] = [];
  let slowest = 0;
  try {
    for (const language of languagesOf(stt.language)) {
      const wav = await readFile(SENTENCES[language]);
      const soundMs = durationMs(decodeWav(wav));
      const hear = () => timed(() => BY_MODE[mode]({ ...asked, wav }), soundMs);
      const { text, factor, tookMs } = await hear().then((heard) =>
        // A model that is loaded on demand is slow once.
        heard.factor < SLOW ? heard : hear(),
      );
      slowest = Math.max(slowest, factor);
      lines.push(
        `${model} (${mode}), ${language}: «${text}» after ${tookMs} ms, ${factor.toFixed(2)} of real time`,
      );
    }
  } catch (error) {
    if (wire !== undefined) throw error;
    throw await withOffer(error, { endpoint: 'stt', model }, { ...server, endpoint: 'stt' });
  }
  return { evidence: lines.join('\n'), ...(slowest >= SLOW && { verdict: 'warn', ...TOO_SLOW }) };
}

/** Of the length of what was said, how long its text may take. */
const SLOW = 1;
const TOO_SLOW = {
  cause:
    'it takes longer than the sentence was: callers wait as long as they spoke, and longer with every call at once',
  fix: 'STT_MODEL: a smaller one, or run the server on a GPU (faster-whisper: device cuda, compute_type float16)',
};

/** Those that callers may speak: without a language the model finds out itself. */
function languagesOf(configured: string | undefined): readonly Language[] {
  if (configured === undefined) return ['English', 'Malay'];
  return [/^(ms|zsm|id)\b/i.test(configured) ? 'Malay' : 'English'];
}

/** @returns how long it took, also as a share of the length of what was said, silence around it included. */
async function timed(ask: () => Promise<Transcript>, soundMs: number) {
  const startedMs = performance.now();
  const { text } = await ask();
  const tookMs = Math.round(performance.now() - startedMs);
  return { text, tookMs, factor: tookMs / soundMs };
}

const BY_MODE: Readonly<
  Record<InsideMeans['config']['stt']['mode'], (options: TranscribeOptions) => Promise<Transcript>>
> = { batch: transcribe, sse: transcribeStreamed, realtime };

async function realtime({ wav, signal, ...options }: TranscribeOptions): Promise<Transcript> {
  const { transport: _, ...rest } = options;
  const connection = openRealtime({ ...rest, sampleRate: SAMPLE_RATE });
  try {
    const parts: Int16Array[] = [];
    const bytes = (async function* () {
      yield wav;
    })();
    const invalid = (what: string) => new AppError(`sentence.wav is ${what}`);
    for await (const { samples } of pcmStream(bytes, { contentType: 'audio/wav', invalid }))
      parts.push(samples);
    connection.append(joined(parts));
    return await connection.commit(signal);
  } finally {
    connection.close();
  }
}
