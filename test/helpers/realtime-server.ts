import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { openRealtime, type Realtime, type RealtimeOptions } from '../../src/openai/realtime.ts';
import { hastyClock } from './manual-clock.ts';
import { perTest } from './per-test.ts';

/** How the servers greet. */
export const OPENAI = { type: 'session.created', session: { type: 'transcription', audio: {} } };
export const BETA = { type: 'transcription_session.created', session: {} };
export const SPEACHES = {
  type: 'session.created',
  session: { input_audio_format: 'pcm16', turn_detection: {} },
};
export const VLLM = { type: 'session.created', id: 'sess-1', created: 1 };
export const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
export const APPEND = 'input_audio_buffer.append';
export const COMMIT = 'input_audio_buffer.commit';
/** Mono samples at 16 kHz, each another. */
export const ramp = (ms: number) => Int16Array.from({ length: ms * 16 }, (_, at) => at);

type Json = Record<string, unknown>;

/** One WebSocket in the hands of a test. */
export interface ServedSocket {
  request: IncomingMessage;
  socket: WebSocket;
  /** Below the WebSocket, for bytes that are none. */
  wire: Socket;
  /** All messages so far. */
  messages: Json[];
  send(message: object): void;
  /** The `n`th message (from 1) of this type, when it has come. */
  received(type: string, n?: number): Promise<Json>;
  /** Samples of the audio that was appended, since the last commit or clear when `open`. */
  audio(open?: boolean): number[];
  closed: Promise<number>;
}

export interface RealtimeServer {
  baseUrl: string;
  /** Upgrades refused with these statuses, one each; then they are accepted. */
  refusals: { status: number; body?: string; headers?: Record<string, string> }[];
  /** Sent on each connection at once; `undefined` says nothing. */
  greeting: object | undefined;
  /** The `n`th connection (from 1), when it is there. */
  connection(n: number): Promise<ServedSocket>;
  connections: ServedSocket[];
  close(): Promise<void>;
}

/** A scripted `/v1/realtime` on loopback. Nothing in it waits by the clock. */
export async function realtimeServer(greeting: object | undefined, port = 0): Promise<RealtimeServer> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const waiters: { n: number; resolve: (served: ServedSocket) => void }[] = [];
  server.on('upgrade', (request, wire, head) => {
    const refusal = fake.refusals.shift();
    if (refusal !== undefined) {
      const { status, body = '', headers = {} } = refusal;
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      wire.end(`HTTP/1.1 ${status} No\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, wire, head, (socket) => {
      const served = serve(request, socket, wire as Socket);
      fake.connections.push(served);
      if (fake.greeting !== undefined) served.send(fake.greeting);
      for (const { n, resolve } of waiters) if (n === fake.connections.length) resolve(served);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const fake: RealtimeServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    refusals: [],
    greeting,
    connections: [],
    connection: (n) =>
      new Promise((resolve) => {
        const served = fake.connections[n - 1];
        if (served === undefined) waiters.push({ n, resolve });
        else resolve(served);
      }),
    async close() {
      for (const { socket } of fake.connections) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function serve(request: IncomingMessage, socket: WebSocket, wire: Socket): ServedSocket {
  const messages: Json[] = [];
  const waiters: { type: string; n: number; resolve: (message: Json) => void }[] = [];
  const ofType = (type: string) => messages.filter((message) => message.type === type);
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    for (const { type, n, resolve } of waiters) {
      const found = ofType(type)[n - 1];
      if (found !== undefined) resolve(found);
    }
  });
  socket.on('error', () => undefined);
  return {
    request,
    socket,
    wire,
    messages,
    send: (message) => socket.send(JSON.stringify(message)),
    received: (type, n = 1) =>
      new Promise((resolve) => {
        const found = ofType(type)[n - 1];
        if (found === undefined) waiters.push({ type, n, resolve });
        else resolve(found);
      }),
    audio(open = false) {
      const ends = messages.findLastIndex(({ type }) => /commit|clear/.test(String(type)));
      return messages.slice(open ? ends + 1 : 0).flatMap(({ audio }) => samplesOf(audio));
    },
    closed: once(socket, 'close').then(([code]) => code),
  };
}

function samplesOf(audio: unknown): number[] {
  if (typeof audio !== 'string') return [];
  const bytes = Buffer.from(audio, 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2));
}

/** Answers the commit that was sent last as OpenAI does. */
export function answer(served: ServedSocket, item: string, transcript: string) {
  served.send({ type: 'input_audio_buffer.committed', item_id: item });
  served.send({ type: `${TRANSCRIPTION}.delta`, item_id: item, delta: transcript.slice(0, 3) });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: item, transcript });
}

/** Of clients under test. */
export const REALTIME_DEADLINES = {
  connectTimeoutMs: 3000,
  firstByteTimeoutMs: 5000,
  stallTimeoutMs: 4000,
  attempts: 2,
};

/** A server that greets as OpenAI's for every test of a file, and clients of it that end with the test. */
export function useRealtime(common: Partial<RealtimeOptions> = {}): {
  server: RealtimeServer;
  open(rest?: Partial<RealtimeOptions>): Realtime;
} {
  const opened: Realtime[] = [];
  const server = perTest(
    () => realtimeServer(OPENAI),
    (made) => {
      for (const client of opened.splice(0)) client.close();
      return made.close();
    },
  );
  const options = { model: 'whisper', sampleRate: 16_000, deadlines: REALTIME_DEADLINES };
  return {
    server,
    open(rest) {
      const { baseUrl } = server;
      const client = openRealtime({ ...options, baseUrl, clock: hastyClock(), ...common, ...rest });
      opened.push(client);
      return client;
    },
  };
}
