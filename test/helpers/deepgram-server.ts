import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { perTest } from './per-test.ts';

/** How it does: `hangs` takes a request or a connection and never answers, `mute` hears over the WebSocket and never sends a final. */
export type Manner = 'works' | 'refuses-key' | 'hangs' | 'cuts' | 'mute';

export interface DeepgramServer {
  origin: string;
  /** The next requests and connections, unlike those of `manners`. */
  manner: Manner;
  /** What was heard, for each utterance or file in turn; then nothing. */
  heard: string[];
  /** Requests and WebSockets as `POST /v1/speak`, with query and key. */
  requests: { route: string; query: Record<string, string>; key: string | undefined; body: Buffer }[];
  /** Of all WebSockets, in order: `audio` for each message of bytes. */
  messages: string[];
  sockets: WebSocket[];
  close(): Promise<void>;
}

const REFUSED = { err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.', request_id: 'r' };
const SECONDS = 32_000;
const SAMPLES = Int16Array.from({ length: 4800 }, (_, at) => Math.round(8000 * Math.sin(at / 4)));

/** Deepgram's protocol on loopback, by its documentation and LiveKit's plugin. Nothing in it waits by the clock. */
export async function deepgramServer(): Promise<DeepgramServer> {
  const server = createServer((request, response) => void post(fake, request, response));
  const wires = new Set<Socket>();
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('connection', (wire) => wires.add(wire));
  server.on('upgrade', (request, wire, head) => {
    note(fake, request, Buffer.alloc(0));
    if (fake.manner === 'hangs') return;
    if (fake.manner === 'refuses-key') {
      const body = JSON.stringify(REFUSED);
      wire.end(`HTTP/1.1 401 Unauthorized\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    upgrades.handleUpgrade(request, wire as Socket, head, (socket) => listen(fake, socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: DeepgramServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ manner: 'works', heard: [], requests: [], messages: [], sockets: [] },
    async close() {
      if (!server.listening) return;
      for (const wire of wires) wire.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

/** One for every test of a file. */
export const useDeepgram = (): DeepgramServer => perTest(deepgramServer, (server) => server.close());

/** A message with what was heard in a stretch of the sound. */
export function results(transcript: string, startS: number, durationS: number, rest: object = {}): string {
  const channel = { alternatives: [{ transcript, confidence: 0.9, words: [] }] };
  const times = { start: startS, duration: durationS, is_final: true, speech_final: false };
  return JSON.stringify({ type: 'Results', channel_index: [0, 1], ...times, channel, ...rest });
}

function listen(fake: DeepgramServer, socket: WebSocket): void {
  fake.sockets.push(socket);
  let bytes = 0;
  let answered = 0;
  socket.on('error', () => undefined);
  socket.on('message', (data, isBinary) => {
    const type = isBinary ? 'audio' : String(JSON.parse(String(data)).type);
    fake.messages.push(type);
    if (isBinary) bytes += (data as Buffer).length;
    if (type !== 'Finalize' || fake.manner === 'mute') return;
    if (fake.manner === 'cuts') return socket.close(1011, 'NET-0000');
    const stretch = [answered / SECONDS, (bytes - answered) / SECONDS] as const;
    socket.send(results(fake.heard.shift() ?? '', ...stretch, { from_finalize: true }));
    answered = bytes;
  });
}

async function post(fake: DeepgramServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const route = note(fake, request, Buffer.concat(chunks));
  if (fake.manner === 'hangs' || fake.manner === 'mute') return;
  if (fake.manner === 'refuses-key') return json(response, 401, REFUSED);
  if (fake.manner === 'cuts') return void response.socket?.destroy();
  if (route === 'POST /v1/speak') {
    response.writeHead(200, { 'content-type': 'audio/l16;rate=24000;channels=1' });
    response.end(new Uint8Array(SAMPLES.buffer));
  } else {
    const alternatives = [{ transcript: fake.heard.shift() ?? '', confidence: 0.9 }];
    json(response, 200, { metadata: { duration: 1 }, results: { channels: [{ alternatives }] } });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function note(fake: DeepgramServer, { method, url = '', headers }: IncomingMessage, body: Buffer): string {
  const { pathname, searchParams } = new URL(url, 'http://h');
  const route = `${method} ${pathname}`;
  const key = headers.authorization;
  fake.requests.push({ route, query: Object.fromEntries(searchParams), key, body });
  return route;
}
