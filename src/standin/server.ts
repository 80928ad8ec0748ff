import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { joined } from '../openai/samples.ts';
import type { ChatAnswer } from './chat-chunks.ts';
import { type Clock, realClock } from './clock.ts';
import { type Control, type Profile, State } from './control.ts';
import type { Route } from './faults.ts';
import { createHandler, type Handler } from './handler.ts';
import type { Counts, Entry } from './journal.ts';
import type { ChatRequest } from './llm.ts';
import { createModels, findEngines, type Programs } from './models.ts';
import { createRealtime } from './realtime.ts';
import type { Speaker } from './speaker.ts';
import type { Transcript, TranscriptionRequest } from './stt.ts';
import { OPENAI_RATE, type Voice } from './tts.ts';

export interface StandInOptions {
  /** Default 127.0.0.1. There is no authentication: keep it on loopback. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  profile?: Profile;
  programs?: Programs;
  clock?: Clock;
  log?: Log;
}

export interface SpeechOptions {
  voice?: string;
  speed?: number;
  sampleRate?: number;
}

/** Running stand-in models. */
export interface StandIn {
  /** Such as `http://127.0.0.1:9100`; `/control` is here. */
  url: string;
  /** `url` and `/v1`: the base URL for STT, LLM and TTS. */
  baseUrl: string;
  /** What answers behind each route. */
  readonly engines: { stt: string; llm: 'eliza'; tts: Speaker['name'] };
  /** Scripts, speeds and faults, from now on; the same as `POST /control`. */
  control(change: Control): void;
  /** In-process script, asked first; where it answers `undefined`, the others are. */
  answerChat(answer: ((request: ChatRequest) => ChatAnswer | undefined) | undefined): void;
  answerTranscription(answer: ((request: TranscriptionRequest) => Transcript | undefined) | undefined): void;
  /** In-process voice for `POST /v1/audio/speech`. */
  answerSpeech(voice: Voice | undefined): void;
  /** The samples that `POST /v1/audio/speech` sends for `input` (mono; default voice alloy, 24 kHz). */
  speech(input: string, options?: SpeechOptions): Promise<Int16Array>;
  /** Requests so far, oldest first, of the last 1000. */
  requests<R extends Route>(route: R): Entry<R>[];
  counts(route: Route): Counts;
  /** Ends the server, every open answer and every child process. */
  close(): Promise<void>;
}

/**
 * Starts stand-ins for STT, LLM and TTS with OpenAI's routes: for development, tests and the bench, never for callers.
 * Throws `AppError` when it cannot listen.
 */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { host = '127.0.0.1', port = 0, clock = realClock, log } = options;
  const state = new State(options.profile ?? {});
  const engines = await findEngines(options.programs, log);
  const handler = createHandler({ state, models: createModels(state, engines, clock), clock, log });
  const realtime = createRealtime({ state, clock, recognizer: engines.recognizer });
  const server = createServer(handler.handle);
  server.on('upgrade', (request, wire, head) => realtime.upgrade(request, wire as Socket, head));
  const url = await listen(server, host, port);
  const closing = new AbortController();
  return {
    url,
    baseUrl: `${url}/v1`,
    get engines() {
      const stt = engines.recognizer?.name ?? 'duration';
      return { stt, llm: 'eliza' as const, tts: engines.speaker.name };
    },
    control: (change) => state.apply(change),
    answerChat: (answer) => {
      state.llm.custom = answer;
    },
    answerTranscription: (answer) => {
      state.stt.custom = answer;
    },
    answerSpeech: (voice) => {
      state.voice = voice;
    },
    speech(input, { voice = 'alloy', speed = 1, sampleRate } = {}) {
      const rate = sampleRate ?? state.profile.tts?.sampleRate ?? OPENAI_RATE;
      return collect(engines.speaker.speak({ input, voice, speed }, rate, closing.signal));
    },
    requests: (route) => state.journal.entries(route),
    counts: (route) => state.journal.counts(route),
    async close() {
      closing.abort();
      realtime.close();
      await closeServer(server, handler);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const hint = 'choose another port, or 0 for a free one';
      reject(
        new AppError(`stand-in models cannot listen on ${host}:${port}: ${messageOf(cause)}`, {
          cause,
          hint,
        }),
      );
    });
    server.listen(port, host, () => {
      const bound = server.address();
      const actual = typeof bound === 'object' && bound ? bound.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${actual}`);
    });
  });
}

async function collect(pieces: AsyncIterable<Int16Array> | Iterable<Int16Array>): Promise<Int16Array> {
  const all: Int16Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return joined(all);
}

async function closeServer(server: Server, handler: Handler): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await handler.settled();
  await closed;
}
