import { BOUNDS } from '../bounds.ts';
import type { EndpointError } from '../errors.ts';
import type { Answer, Call } from './exchange.ts';
import { type JsonObject, merged } from './extra-body.ts';
import { excerpt, fault } from './fault.ts';
import { type PcmChunk, pcmStream } from './pcm.ts';
import { piecesInTime } from './pieces.ts';
import {
  attemptOnce,
  authorization,
  endpointUrl,
  type RemoteOptions,
  type RequestOptions,
} from './request.ts';
import { brokeOff, tryServers, wentOn } from './route.ts';
import type { Candidate } from './route-memory.ts';
import { isServersFault } from './verdicts.ts';
import type { Post } from './wire.ts';
import { wireOf } from './wires.ts';

/** A server that speaks, as requests to it need it. */
export interface SpeechServer {
  /** Such as `http://gpu-host:8880/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Fields beyond ours, over ours. */
  extraBody?: JsonObject | undefined;
  model: string;
  /** Any name that the server knows. */
  voice: string;
  /** The protocol, where it is not OpenAI's (`wires.ts`). */
  wire?: string | undefined;
  /** The setting that holds the key. */
  keySetting?: string | undefined;
}

export interface SpeakOptions extends RemoteOptions, SpeechServer {
  /** Who speaks when this one does not, in order. */
  others?: readonly SpeechServer[] | undefined;
  /** A server that broke a speech off just now: asked last. */
  avoid?: Candidate | undefined;
  /** Told whose speech broke off after it had begun. */
  onBroken?: ((server: SpeechServer) => void) | undefined;
  /** Told whose speech it is, before the first of it. */
  onServer?: ((server: SpeechServer) => void) | undefined;
  text: string;
  /** 1 is normal. Not sent unless given: not every server knows it. */
  speed?: number | undefined;
  /** What is asked for, default `pcm`. What comes tells itself: WAV is decoded where `pcm` was wanted too. */
  format?: 'pcm' | 'wav';
}

/**
 * Speech for `text`: `POST {baseUrl}/audio/speech`, yielded as it arrives (16-bit mono, any sample rate). Tries
 * again until the first samples are here; after that an error ends the speech where it is. The answer is read no
 * faster than the reader asks for it.
 * @throws EndpointError — `stall` also when the connection was cut; `invalid` for an answer without audio, and for
 *   more sound than the text can have (`BOUNDS`): what came until then was yielded
 */
export async function* speak(options: SpeakOptions): AsyncGenerator<PcmChunk> {
  const { others = [], text, onServer } = options;
  const route = {
    endpoint: 'tts',
    servers: [options, ...others],
    bytes: text.length + FIELDS_BYTES,
    avoid: options.avoid,
  } as const;
  const { call, server, answer, audio, first } = await tryServers(route, options, (server, one, attempt) =>
    firstAudio(server, { ...options, ...one }, attempt),
  );
  onServer?.(server);
  if (options.avoid) wentOn(options.avoid, server, options);
  const most = mostSeconds(options.text);
  let seconds = 0;
  try {
    yield first;
    seconds += first.samples.length / first.sampleRate;
    for await (const chunk of piecesInTime(audio, { call, server, answer }, () => true)) {
      seconds += chunk.samples.length / chunk.sampleRate;
      if (seconds > most) throw endless(call, `more than ${most} s of sound for this text`);
      yield chunk;
    }
  } catch (error) {
    brokeOff('tts', server, error, options);
    if (isServersFault(error)) options.onBroken?.(server);
    throw error;
  } finally {
    answer.close();
  }
}

/** A request without its text, about. */
const FIELDS_BYTES = 100;

function speechCall(server: SpeechServer, options: SpeakOptions): RequestOptions {
  const { apiKey, headers = {}, keySetting } = server;
  const wire = wireOf(server);
  const { url, contentType, body } = wire ? wire.speech(server, options) : speechPost(server, options);
  const sent = { 'content-type': contentType, ...authorization(apiKey, headers, wire) };
  return {
    ...{ ...options, endpoint: 'tts', url, keySetting },
    init: { method: 'POST', headers: sent, body },
    secrets: [apiKey ?? '', options.text, ...Object.values(headers)],
  };
}

function speechPost({ baseUrl, extraBody, model, voice }: SpeechServer, options: SpeakOptions): Post {
  const { text, speed, format = 'pcm' } = options;
  const ours = {
    ...{ model, voice, input: text, response_format: format },
    ...(speed === undefined ? {} : { speed }),
  };
  return {
    url: endpointUrl(baseUrl, 'audio/speech'),
    contentType: 'application/json',
    body: new TextEncoder().encode(JSON.stringify(merged(ours, extraBody))),
  };
}

function mostSeconds(text: string): number {
  return Math.ceil(BOUNDS.speechSeconds + text.length * BOUNDS.speechSecondsPerCharacter);
}

/** Also of bytes that are no sound, such as what follows a WAV. */
async function* upTo(bytes: number, body: AsyncIterable<Uint8Array>, call: Call): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytes) throw endless(call, `more than ${bytes} bytes for this text`);
    yield chunk;
  }
}

function endless(call: Call, what: string): EndpointError {
  return fault(call, 'invalid', `answered ${what}`, {
    hint: 'The model speaks without end: check the model, the voice and the log of the server.',
  });
}

/** One try up to the first samples: a WAV header alone is no audio yet. */
async function firstAudio(
  server: SpeechServer,
  options: SpeakOptions,
  attempt: number,
): Promise<{
  call: Call;
  server: SpeechServer;
  answer: Answer;
  audio: AsyncGenerator<PcmChunk>;
  first: PcmChunk;
}> {
  const call = speechCall(server, options);
  const answer = await attemptOnce(call, attempt);
  const { headers, body } = answer;
  const audio = pcmStream(upTo(mostSeconds(options.text) * BOUNDS.speechBytesPerSecond, body, call), {
    contentType: headers.get('content-type'),
    // sglang-omni states the rate so.
    sampleRateHint: Number(headers.get('x-sample-rate')) || undefined,
    invalid: (what, text) => notAudio(call, what, text),
  });
  const first = await audio.next();
  if (first.done === true) throw notAudio(call, 'no audio');
  return { call, server, answer, audio, first: first.value };
}

function notAudio(call: Call, what: string, text?: string): EndpointError {
  const said = text === undefined ? '' : `: ${excerpt(text, call)}`;
  return fault(call, 'invalid', `answered ${what}${said}`, {
    hint: 'It must answer `response_format` pcm or wav with that: check the server, the model and the voice.',
  });
}
