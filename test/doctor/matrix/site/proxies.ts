import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { buffer, json } from 'node:stream/consumers';
import { encodeWav } from '../../../../src/openai/wav.ts';
import type { StandIn } from '../../../../src/standin/server.ts';
import { AT } from './network.ts';

export interface Listening {
  /** Such as `http://10.244.0.40:39145`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  type: string;
  body: Uint8Array;
}

/** Passes requests on to `target`, and holds each answer back until it has all of it. */
export const startBufferingProxy = (target: string): Promise<Listening> =>
  serve((request) => passedOn(request, target));

/** Takes only requests with this key, and passes them on to `target`. */
export function startKeyedProxy(target: string, key: string): Promise<Listening> {
  return serve(async (request) => {
    if (request.headers.authorization === `Bearer ${key}`) return passedOn(request, target);
    const error = { message: 'Incorrect API key provided.', code: 'invalid_api_key' };
    return { status: 401, type: 'application/json', body: Buffer.from(JSON.stringify({ error })) };
  });
}

async function passedOn(request: IncomingMessage, target: string): Promise<Answer> {
  const { method = 'GET', url = '/', headers } = request;
  const body = new Uint8Array(await buffer(request));
  const answer = await fetch(`${target}${url}`, {
    method,
    headers: { 'content-type': headers['content-type'] ?? '' },
    ...(method === 'POST' && { body }),
  });
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, body: new Uint8Array(await answer.arrayBuffer()) };
}

/** A voice at another rate than raw samples are taken for, of which only its WAV tells. */
export function startVoice(standIn: StandIn, sampleRate: number): Promise<Listening> {
  return serve(async (request) => {
    if (request.method !== 'POST') return { status: 404, type: 'text/plain', body: new Uint8Array() };
    const { input, response_format: format } = (await json(request)) as Record<string, string>;
    const samples = await standIn.speech(input ?? '', { sampleRate });
    if (format === 'wav') return { status: 200, type: 'audio/wav', body: encodeWav(samples, sampleRate) };
    const body = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    return { status: 200, type: 'application/octet-stream', body };
  });
}

/** The form of a login page, to everything. */
export function startLoginPage(): Promise<Listening> {
  const page = '<!doctype html><title>Sign in</title><form method="post"><input name="user"></form>';
  return serve(async () => ({ status: 200, type: 'text/html', body: Buffer.from(page) }));
}

async function serve(answer: (request: IncomingMessage) => Promise<Answer>): Promise<Listening> {
  const server = createServer(async (request, response) => {
    const { status, type, body } = await answer(request);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  const listening = await listen(server, AT.models);
  return {
    ...listening,
    async close() {
      server.closeAllConnections();
      await listening.close();
    },
  };
}

/** Something else on a port: greets whoever connects as SSH does. */
export async function startStranger(address: string, port = 0): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
  });
  const listening = await listen(server, address, port);
  return {
    ...listening,
    async close() {
      for (const socket of sockets) socket.destroy();
      await listening.close();
    },
  };
}

async function listen(server: Server, address: string, port = 0): Promise<Listening> {
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`no port of ${address}`);
  return {
    url: `http://${address}:${bound.port}`,
    port: bound.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
