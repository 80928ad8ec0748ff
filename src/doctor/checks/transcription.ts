import { readFile } from 'node:fs/promises';
import { type StageServer, servedBy, serversOf } from '../../config/models.ts';
import { AppError } from '../../errors.ts';
import { pcmStream } from '../../openai/pcm.ts';
import { openRealtime } from '../../openai/realtime.ts';
import { joined } from '../../openai/samples.ts';
import { type TranscribeOptions, type Transcript, transcribe } from '../../openai/transcription.ts';
import { transcribeStreamed } from '../../openai/transcription-sse.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck, InsideMeans } from '../inside-context.ts';
import { atEachServer, MODELS } from './each-server.ts';
import { withOffer } from './offer.ts';

/** «One, two, three, four, five.», spoken by a Flite voice: mono, 16-bit, 16 kHz. */
const SENTENCE = new URL('../sentence.wav', import.meta.url);
const SAMPLE_RATE = 16_000;

/** A spoken sentence becomes text, in the mode that calls use. */
export const transcription: InsideCheck = {
  id: 'transcription',
  proves: 'speech is understood',
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
  const startedMs = performance.now();
  try {
    const { text } = await BY_MODE[mode]({
      ...{ ...server, extraBody, model, wire, keySetting, language: stt.language },
      wav: await readFile(SENTENCE),
    });
    const tookMs = Math.round(performance.now() - startedMs);
    return { evidence: `${model} (${mode}): «${text}» after ${tookMs} ms` };
  } catch (error) {
    if (wire !== undefined) throw error;
    throw await withOffer(error, { endpoint: 'stt', model }, { ...server, endpoint: 'stt' });
  }
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
