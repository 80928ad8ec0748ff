import { deflateSync } from 'node:zlib';
import { z } from 'zod';
import { type Audio, isWavFile, readWav } from './audio.ts';
import { type Clock, sleepUntil } from './clock.ts';
import { spokenMs } from './hearing.ts';
import type { ModelRoute } from './model-route.ts';
import type { Recognizer, Speech } from './recognizer.ts';
import { type Reply, RequestProblem } from './reply.ts';
import type { Script } from './script.ts';
import { requireStrictStt, type SttStrict } from './strict-audio.ts';

export const STT_MODEL = 'stand-in-stt';

/** A scripted transcript; a plain string has the numbers of clear speech. */
export const transcriptSchema = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    language: z.string().optional(),
    noSpeechProb: z.number().min(0).max(1).optional(),
    avgLogprob: z.number().max(0).optional(),
    compressionRatio: z.number().min(0).optional(),
  }),
]);
export type Transcript = z.output<typeof transcriptSchema>;

const FORMATS = ['json', 'verbose_json', 'text'];

/** One call of `POST /v1/audio/transcriptions`, audio mixed to mono. */
export interface TranscriptionRequest extends Audio {
  model: string;
  format: string;
  /** Answered as server-sent events. */
  stream: boolean;
  language: string | undefined;
  prompt: string | undefined;
}

/** What the journal keeps of it. */
export interface TranscriptionDetails {
  model: string;
  format: string;
  stream: boolean;
  language: string | undefined;
  prompt: string | undefined;
  sampleRate: number;
  audioMs: number;
  spokenMs: number;
  /** The transcript that was answered. */
  text?: string;
}

export interface SttParts {
  clock: Clock;
  script: Script<TranscriptionRequest, Transcript>;
  recognizer: Recognizer | undefined;
  /** The server to be strict as; asked for each request. */
  strict(): SttStrict;
  /** The answer is not given before so long after the request. */
  latencyMs(): number;
}

/** What the stand-in answers to `request`: the script, else the recognizer's words, else how long the caller spoke. */
export async function transcriptOf(
  request: TranscriptionRequest,
  { script, recognizer }: Pick<SttParts, 'script' | 'recognizer'>,
  signal: AbortSignal,
): Promise<Exclude<Transcript, string>> {
  const transcript = script.next(request, '') ?? (await recognize(request, recognizer, signal));
  return typeof transcript === 'string' ? { text: transcript } : transcript;
}

/** What the journal keeps of `request`. */
export function describeTranscription({ samples, ...request }: TranscriptionRequest): TranscriptionDetails {
  const audio = { samples, sampleRate: request.sampleRate };
  return { ...request, audioMs: durationMs(audio), spokenMs: spokenMs(audio) };
}

/** `POST /v1/audio/transcriptions`, answered whole or as events. */
export function createStt(parts: SttParts): ModelRoute<TranscriptionRequest, TranscriptionDetails> {
  return {
    read: (body, contentType) => readTranscriptionRequest(body, contentType, parts.strict()),
    describe: describeTranscription,
    async answer(request, { reply, signal, arrivedMs }) {
      const full = await transcriptOf(request, parts, signal);
      await sleepUntil(parts.clock, arrivedMs + parts.latencyMs(), signal);
      if (request.stream) await sendEvents(full.text, request, reply);
      else if (request.format === 'text')
        await reply.send(200, 'text/plain; charset=utf-8', `${full.text}\n`);
      else if (request.format === 'json') await reply.json(200, { text: full.text });
      else await reply.json(200, verbose(full, request));
      return { text: full.text };
    },
  };
}

async function readTranscriptionRequest(
  body: Buffer,
  contentType: string,
  strict: SttStrict,
): Promise<TranscriptionRequest> {
  const form = await parseForm(body, contentType);
  const field = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const file = form.get('file');
  if (!(file instanceof Blob))
    throw new RequestProblem(400, "Missing the audio in the field 'file'.", 'file');
  if (strict !== 'none') requireStrictStt(strict, { fields: textFields(form), isWav: await isWavFile(file) });
  const model = field('model');
  if (!model) throw new RequestProblem(400, 'You must provide a model parameter.', 'model');
  const format = field('response_format') ?? 'json';
  if (!FORMATS.includes(format)) {
    const message = `response_format '${format}' is not one of the stand-in's: ${FORMATS.join(', ')}.`;
    throw new RequestProblem(400, message, 'response_format');
  }
  const audio = await readWav(file, strict !== 'none');
  const stream = field('stream') === 'true';
  return { ...audio, model, format, stream, language: field('language'), prompt: field('prompt') };
}

const textFields = (form: FormData) =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );

/** A delta for each word, then `done`, as OpenAI streams a transcript. */
async function sendEvents(text: string, audio: Audio, reply: Reply): Promise<void> {
  const send = (event: object) => reply.write(`data: ${JSON.stringify(event)}\n\n`);
  reply.begin(200, 'text/event-stream; charset=utf-8', { 'cache-control': 'no-cache' });
  for (const delta of wordsOf(text)) await send({ type: 'transcript.text.delta', delta });
  const usage = { type: 'duration', seconds: Math.ceil(durationMs(audio) / 1000) };
  if (!reply.withoutDone) await send({ type: 'transcript.text.done', text, usage });
  reply.end();
}

/** Each with the space before it; joined again they are the text. */
export function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

async function parseForm(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw new RequestProblem(400, `The body is not multipart/form-data; Content-Type was '${contentType}'.`);
  }
}

async function recognize(
  audio: Speech,
  recognizer: Recognizer | undefined,
  signal: AbortSignal,
): Promise<string> {
  const heardMs = spokenMs(audio);
  if (heardMs === 0) return '';
  const recognized = await recognizer?.recognize(audio, signal);
  return recognized ?? `I heard you speak for ${(heardMs / 1000).toFixed(1)} seconds.`;
}

function verbose(transcript: Exclude<Transcript, string>, audio: Audio & { language: string | undefined }) {
  const { text } = transcript;
  const end = durationMs(audio) / 1000;
  const segment = {
    id: 0,
    seek: 0,
    start: 0,
    end,
    text,
    tokens: [],
    temperature: 0,
    avg_logprob: transcript.avgLogprob ?? -0.3,
    compression_ratio: transcript.compressionRatio ?? Buffer.byteLength(text) / deflateSync(text).length,
    no_speech_prob: transcript.noSpeechProb ?? (text ? 0.01 : 0.99),
  };
  const language = transcript.language ?? audio.language ?? 'english';
  return { task: 'transcribe', language, duration: end, text, segments: text ? [segment] : [] };
}

export function durationMs({ samples, sampleRate }: Audio): number {
  return Math.round((samples.length / sampleRate) * 1000);
}
