import { z } from 'zod';
import { encodeWav } from '../openai/wav.ts';
import { bytesOf } from './audio.ts';
import { readJson } from './body.ts';
import { type Clock, sleepUntil } from './clock.ts';
import type { Exchange, ModelRoute } from './model-route.ts';
import { RequestProblem } from './reply.ts';
import type { Speaker } from './speaker.ts';
import { requireStrictTts, type TtsStrict } from './strict-audio.ts';
import type { Utterance } from './tones.ts';

export const TTS_MODEL = 'stand-in-tts';
/** What OpenAI's `pcm` is. */
export const OPENAI_RATE = 24_000;

const MAX_INPUT = 4096;
const PIECE_MS = 100;
const UNKNOWN_SIZE = 0xffffffff;

const requestSchema = z.looseObject({
  model: z.string(),
  input: z.string(),
  voice: z.string().min(1),
  response_format: z.string().default('wav'),
  speed: z.number().default(1),
});

/** One call of `POST /v1/audio/speech`. */
export interface SpeechRequest extends Utterance {
  model: string;
  format: 'pcm' | 'wav';
}

/** What the journal keeps of it. */
export interface SpeechDetails extends SpeechRequest {
  /** Rate and length of the audio that was answered. */
  sampleRate?: number;
  audioMs?: number;
}

/** Makes mono speech at `sampleRate`; `undefined`: the stand-in is to speak by itself. */
export type Voice = (utterance: Utterance, sampleRate: number) => Iterable<Int16Array> | undefined;

export interface TtsParts {
  clock: Clock;
  /** The server to be strict as; asked for each request. */
  strict(): TtsStrict;
  /** Asked in place of the stand-in's own. */
  voice(): Voice | undefined;
  speaker: Speaker;
  /** Rate of the answers, of `pcm` too; clients that assume 24 kHz then have to read the headers. */
  sampleRate(): number;
  /** The first byte comes so long after the request. */
  ttfbMs(): number;
  /** Seconds of audio for each second of time; `undefined`: as fast as it is made. */
  realtimeFactor(): number | undefined;
}

/** Speaks by what was found; streams mono 16-bit audio, as WAV without a known length or raw. */
export function createTts(parts: TtsParts): ModelRoute<SpeechRequest, SpeechDetails> {
  return {
    read: async (body) => readSpeechRequest(body, parts.strict()),
    describe: (request) => request,
    async answer(request, exchange) {
      const { reply, signal } = exchange;
      const sampleRate = parts.sampleRate();
      const speech = parts.voice()?.(request, sampleRate) ?? parts.speaker.speak(request, sampleRate, signal);
      let started = false;
      let sent = 0;
      for await (const piece of paced(speech, sampleRate, exchange, parts)) {
        if (!started) begin(exchange, request.format, sampleRate);
        if (!started && request.format === 'wav') await reply.write(streamedWavHeader(sampleRate));
        started = true;
        await reply.write(bytesOf(piece));
        sent += piece.length;
      }
      if (!started) begin(exchange, request.format, sampleRate);
      reply.end();
      return { sampleRate, audioMs: Math.round((sent / sampleRate) * 1000) };
    },
  };
}

function readSpeechRequest(body: Buffer, strict: TtsStrict): SpeechRequest {
  const request = readJson(body, requestSchema);
  const { model, input, voice, speed, response_format: format } = request;
  if (strict === 'none') requireOwnLimits(input, speed);
  else requireStrictTts(strict, { body: request });
  if (format !== 'pcm' && format !== 'wav') {
    const message = `response_format '${format}' is not one of the stand-in's: pcm, wav.`;
    throw new RequestProblem(400, message, 'response_format');
  }
  return { model, input, voice, speed, format };
}

function requireOwnLimits(input: string, speed: number): void {
  if (!input.trim()) throw new RequestProblem(400, 'input: there is nothing to say', 'input');
  if (input.length > MAX_INPUT)
    throw new RequestProblem(400, `input: ${input.length} characters are more than ${MAX_INPUT}`, 'input');
  if (speed < 0.25 || speed > 4)
    throw new RequestProblem(400, `speed: ${speed} is not from 0.25 to 4`, 'speed');
}

function begin({ reply }: Exchange, format: 'pcm' | 'wav', sampleRate: number): void {
  const pcm = sampleRate === OPENAI_RATE ? 'audio/pcm' : `audio/pcm;rate=${sampleRate}`;
  reply.begin(200, format === 'wav' ? 'audio/wav' : pcm);
}

/** Pieces of at most 100 ms, none before it is due. */
async function* paced(
  speech: AsyncIterable<Int16Array> | Iterable<Int16Array>,
  sampleRate: number,
  { arrivedMs, signal }: Exchange,
  { clock, ttfbMs, realtimeFactor }: TtsParts,
): AsyncGenerator<Int16Array> {
  const length = (sampleRate * PIECE_MS) / 1000;
  const msPerSample = 1000 / sampleRate / (realtimeFactor() ?? Number.POSITIVE_INFINITY);
  let firstMs: number | undefined;
  let sent = 0;
  for await (const samples of speech) {
    for (let at = 0; at < samples.length; at += length) {
      const piece = samples.subarray(at, at + length);
      await sleepUntil(
        clock,
        firstMs === undefined ? arrivedMs + ttfbMs() : firstMs + sent * msPerSample,
        signal,
      );
      firstMs ??= clock.now();
      sent += piece.length;
      yield piece;
    }
  }
}

/** A header that says «until the end», as servers send that stream what they do not have yet. */
export function streamedWavHeader(sampleRate: number): Uint8Array {
  const header = encodeWav(new Int16Array(), sampleRate, 1);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  view.setUint32(4, UNKNOWN_SIZE, true);
  view.setUint32(header.length - 4, UNKNOWN_SIZE, true);
  return header;
}
