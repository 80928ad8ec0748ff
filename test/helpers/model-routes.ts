import { streamChat } from '../../src/openai/chat.ts';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import type { Clock } from '../../src/openai/clock.ts';
import type { Deadlines } from '../../src/openai/exchange.ts';
import { listModels } from '../../src/openai/models.ts';
import { openRealtime } from '../../src/openai/realtime.ts';
import { RouteMemory } from '../../src/openai/route-memory.ts';
import { speak } from '../../src/openai/speech.ts';
import { transcribe } from '../../src/openai/transcription.ts';
import { transcribeStreamed } from '../../src/openai/transcription-sse.ts';
import { encodeWav } from '../../src/openai/wav.ts';

export const KEY = 'local-0123456789abcdef';
export const SAID = 'Aisyah, account 8801-44';

export interface AskOptions {
  baseUrl: string;
  deadlines: Deadlines;
  clock?: Clock;
  /** What is transcribed; default a second of silence. */
  wav?: Uint8Array;
}

/** What a call asks model servers for: each asks once and resolves with what it got, in short. */
export const ROUTES = {
  'stt batch': {
    path: 'audio/transcriptions',
    ask: async (options: AskOptions) => (await transcribe(common(options))).text,
    good: { type: 'application/json', body: '{"text":"Good morning"}' },
  },
  'stt sse': {
    path: 'audio/transcriptions',
    ask: async (options: AskOptions) => (await transcribeStreamed(common(options))).text,
    good: {
      type: 'text/event-stream',
      body: 'data: {"type":"transcript.text.delta","delta":"Good "}\n\ndata: {"type":"transcript.text.done","text":"Good morning"}\n\n',
    },
  },
  chat: {
    path: 'chat/completions',
    async ask(options: AskOptions) {
      const endpoint = { ...common(options), memory: new ChatMemory() };
      const messages = [{ role: 'user', content: SAID }];
      let text = '';
      for await (const part of streamChat(endpoint, { messages }, common(options))) text += part.text;
      return text;
    },
    good: {
      type: 'text/event-stream',
      body: 'data: {"choices":[{"delta":{"content":"Good "}}]}\n\ndata: {"choices":[{"delta":{"content":"morning"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    },
  },
  speech: {
    path: 'audio/speech',
    async ask(options: AskOptions) {
      let samples = 0;
      for await (const chunk of speak({ ...common(options), voice: 'alloy', text: SAID }))
        samples += chunk.samples.length;
      return `${samples} samples`;
    },
    good: { type: 'audio/pcm', body: Buffer.alloc(4800) },
  },
  models: {
    path: 'models',
    ask: async (options: AskOptions) => JSON.stringify(await listModels(common(options))) ?? 'none',
    good: { type: 'application/json', body: '{"data":[{"id":"small"}]}' },
  },
  realtime: {
    path: 'realtime',
    async ask(options: AskOptions) {
      const client = openRealtime({ ...common(options), sampleRate: 16_000 });
      client.append(new Int16Array(16_000));
      try {
        return (await client.commit()).text;
      } finally {
        client.close();
      }
    },
    good: { type: 'application/json', body: '{}' },
  },
} as const;

export type RouteName = keyof typeof ROUTES;
/** Those that are answered by a body; `realtime` is answered over its WebSocket. */
export const BODY_ROUTES = ['stt batch', 'stt sse', 'chat', 'speech', 'models'] as const;
export type BodyRoute = (typeof BODY_ROUTES)[number];

/** What a good answer of a route resolves with. */
export const GOOD: Record<BodyRoute, string> = {
  'stt batch': 'Good morning',
  'stt sse': 'Good morning',
  chat: 'Good morning',
  speech: '2400 samples',
  models: '[{"id":"small"}]',
};

const SILENCE = encodeWav(new Int16Array(16_000), 16_000);

const common = (options: AskOptions) => ({
  apiKey: KEY,
  model: 'small',
  prompt: SAID,
  wav: SILENCE,
  ...options,
  random: () => 0,
  routes: new RouteMemory(),
  plainServers: new Set<string>(),
});
