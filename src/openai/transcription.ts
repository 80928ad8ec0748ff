import { EndpointError } from '../errors.ts';
import type { Answer } from './exchange.ts';
import { isObject, type JsonObject } from './extra-body.ts';
import {
  attemptOnce,
  authorization,
  endpointUrl,
  type RemoteOptions,
  type RequestOptions,
  readText,
} from './request.ts';
import type { Route } from './retry.ts';
import { tryServers } from './route.ts';
import { noText, unsayable } from './transcript-faults.ts';
import { wavDurationMs } from './wav.ts';
import type { Wire } from './wire.ts';
import { wireOf } from './wires.ts';

/** A server that transcribes, as requests to it need it. */
export interface TranscriptionServer {
  /** Such as `http://gpu-host:8000/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Fields of the form beyond ours, over ours. */
  extraBody?: JsonObject | undefined;
  model: string;
  /** The protocol, where it is not OpenAI's (`wires.ts`). */
  wire?: string | undefined;
  /** The setting that holds the key. */
  keySetting?: string | undefined;
}

export interface TranscribeOptions extends RemoteOptions, TranscriptionServer {
  /** Who transcribes when this one does not, in order. */
  others?: readonly TranscriptionServer[] | undefined;
  /** A whole WAV file. */
  wav: Uint8Array;
  /** ISO 639-1; not given lets the model detect it. */
  language?: string | undefined;
  /** Words that are likely to be heard. */
  prompt?: string | undefined;
  /** Where it is kept which servers refuse `verbose_json`; one for the process unless given. */
  plainServers?: Set<string>;
}

/** What was heard. All but `text` only where the server says it (`verbose_json`). */
export interface Transcript {
  text: string;
  /** As the server writes it: a code (`ms`) or a name (`malay`, OpenAI). */
  language?: string;
  durationMs?: number;
  segments?: TranscriptSegment[];
}

export interface TranscriptSegment {
  text: string;
  /** 0 to 1: that there is no speech in it. */
  noSpeechProb?: number;
  /** Below 0; nearer to 0 is surer. */
  avgLogprob?: number;
  /** High (above 2.4) for repetitions. */
  compressionRatio?: number;
}

const plainServers = new Set<string>();

/**
 * Transcribes a WAV: `POST {baseUrl}/audio/transcriptions` with `verbose_json`. A server that refuses that format
 * (older vLLM, `gpt-4o-transcribe`) is asked for `json` instead, from the next time on at once; one that fails over
 * it with 500 is asked for `json` that once.
 * @throws EndpointError — `invalid` for an answer without a text
 */
export async function transcribe(options: TranscribeOptions): Promise<Transcript> {
  try {
    return await tryServers(routeOf(options), options, (server, one, attempt) =>
      askServer({ ...options, ...server, ...one }, attempt),
    );
  } catch (error) {
    if (failsAtSegments(error)) return textAlone(options, error);
    throw error;
  }
}

/** Whom a transcript can be had of. */
export function routeOf(options: TranscribeOptions): Route<TranscriptionServer> {
  const { wav, others = [] } = options;
  return { endpoint: 'stt', servers: [options, ...others], bytes: wav.length };
}

/** One try at one server. */
export async function askServer(options: TranscribeOptions, attempt: number): Promise<Transcript> {
  const known = options.plainServers ?? plainServers;
  const server = `${options.baseUrl} ${options.model}`;
  if (wireOf(options) || known.has(server)) return ask(options, 'json', attempt);
  try {
    return await ask(options, 'verbose_json', attempt);
  } catch (error) {
    if (!refusesFormat(error)) throw error;
    const transcript = await ask(options, 'json', attempt);
    known.add(server);
    return transcript;
  }
}

/** vLLM 0.32 fails so (`tuple index out of range`) where nothing was said; other words have segments. */
function failsAtSegments(error: unknown): boolean {
  return error instanceof EndpointError && error.status === 500;
}

/** One try; where it fails too, the first failure is the one to tell. */
async function textAlone(options: TranscribeOptions, failed: unknown): Promise<Transcript> {
  const deadlines = { ...options.deadlines, attempts: 1 };
  try {
    return await tryServers(routeOf(options), { ...options, deadlines }, (server, one, attempt) =>
      ask({ ...options, ...server, ...one }, 'json', attempt),
    );
  } catch {
    throw failed;
  }
}

/** Wordings differ; that `json` must work before it is remembered makes up for a wide net. */
function refusesFormat(error: unknown): boolean {
  return (
    error instanceof EndpointError &&
    (error.status === 400 || error.status === 422) &&
    /format|verbose/i.test(error.message)
  );
}

async function ask(
  options: TranscribeOptions,
  format: 'verbose_json' | 'json',
  attempt: number,
): Promise<Transcript> {
  const wire = wireOf(options);
  const call = wire ? wireCall(options, wire) : await transcriptionCall(options, { response_format: format });
  const answer = await attemptOnce(call, attempt);
  const transcript = wire ? await readWire(call, answer, wire) : await readTranscript(call, answer);
  const error = unsayable(call, transcript.text.length, wavDurationMs(options.wav));
  if (error) throw error;
  return transcript;
}

/** The transcript of an answer that holds all of it, JSON or plain text. */
export async function readTranscript(call: RequestOptions, answer: Answer): Promise<Transcript> {
  const body = await readText(call, answer);
  const type = answer.headers.get('content-type') ?? '';
  const json = parsed(body);
  if (typeof json === 'object' && json !== null)
    return toTranscript(json as Record<string, unknown>, call, body);
  // `response_format: "text"` in all but name: some servers ignore what was asked for.
  if (typeof json === 'string') return { text: json.trim() };
  if (type.startsWith('text/plain')) return { text: body.trim() };
  throw noText(call, body);
}

function wireCall(options: TranscribeOptions, wire: Wire): RequestOptions {
  const { apiKey, headers = {} } = options;
  const { url, contentType, body } = wire.transcription(options, options);
  const sent = { 'content-type': contentType, ...authorization(apiKey, headers, wire) };
  return {
    ...{ ...options, endpoint: 'stt', url, init: { method: 'POST', headers: sent, body } },
    secrets: [apiKey ?? '', ...Object.values(headers)],
  };
}

async function readWire(call: RequestOptions, answer: Answer, wire: Wire): Promise<Transcript> {
  const body = await readText(call, answer);
  const json = parsed(body);
  const transcript = isObject(json) ? wire.transcript(json) : undefined;
  if (!transcript) throw noText(call, body);
  return transcript;
}

/** The request for a transcript; `fields` are those of the form that say how it is wanted. */
export async function transcriptionCall(
  options: TranscribeOptions,
  fields: Readonly<Record<string, string>>,
): Promise<RequestOptions> {
  const { baseUrl, apiKey, headers = {}, extraBody, model, wav, language, prompt } = options;
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(wav)], { type: 'audio/wav' }), 'audio.wav');
  for (const [name, value] of Object.entries({ model, ...fields, language, prompt, ...extraBody }))
    for (const text of formTexts(value)) form.append(name, text);
  const encoded = new Response(form);
  return {
    ...options,
    endpoint: 'stt',
    url: endpointUrl(baseUrl, 'audio/transcriptions'),
    init: {
      method: 'POST',
      headers: {
        'content-type': encoded.headers.get('content-type') ?? '',
        ...authorization(apiKey, headers),
      },
      body: new Uint8Array(await encoded.arrayBuffer()),
    },
    secrets: [apiKey ?? '', prompt ?? '', ...Object.values(headers)],
  };
}

/** A form holds texts: a list is a field for each of its members, all else is JSON. */
function formTexts(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(formTexts);
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}

/** @param body - what to quote where `json` is none */
export function toTranscript(json: Record<string, unknown>, call: RequestOptions, body: string): Transcript {
  if (typeof json.text !== 'string') throw noText(call, body);
  const usage = json.usage as { seconds?: unknown } | null | undefined;
  // vLLM writes the duration as a string.
  const seconds = Number(json.duration ?? usage?.seconds ?? Number.NaN);
  return {
    text: json.text.trim(),
    ...(typeof json.language === 'string' && json.language !== '' ? { language: json.language } : {}),
    ...(Number.isFinite(seconds) ? { durationMs: Math.round(seconds * 1000) } : {}),
    ...(Array.isArray(json.segments) ? { segments: json.segments.flatMap(toSegment) } : {}),
  };
}

function toSegment(value: unknown): TranscriptSegment[] {
  const segment = (value ?? {}) as Record<string, unknown>;
  if (typeof segment.text !== 'string') return [];
  const {
    no_speech_prob: noSpeechProb,
    avg_logprob: avgLogprob,
    compression_ratio: compressionRatio,
  } = segment;
  return [
    {
      text: segment.text,
      ...(typeof noSpeechProb === 'number' ? { noSpeechProb } : {}),
      ...(typeof avgLogprob === 'number' ? { avgLogprob } : {}),
      ...(typeof compressionRatio === 'number' ? { compressionRatio } : {}),
    },
  ];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
