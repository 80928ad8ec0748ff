import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askedOf } from './asked.ts';
import { type Chunk, chunkOf, type Exchange, type HttpExchange } from './fixture.ts';
import { recordSocket } from './recording-socket.ts';

/** Of an answer that the product leaves, more is not kept. */
const LEFT_BYTES = 16_384;

export interface RecordingProxy {
  /** `http://127.0.0.1:PORT`: what the product is told in place of the server. */
  origin: string;
  /** The exchanges that have ended since the last call, oldest first; waits for those that have not. */
  taken(): Promise<Exchange[]>;
  close(): Promise<void>;
}

/** Passes HTTP and WebSocket on to `upstream` (an origin) unchanged, and keeps what went either way. */
export async function recordingProxy(upstream: string): Promise<RecordingProxy> {
  let running: Promise<Exchange>[] = [];
  const server = http.createServer((asked, answer) => void running.push(recordHttp(upstream, asked, answer)));
  server.on(
    'upgrade',
    (asked, socket, head) => void running.push(recordSocket(upstream, asked, socket, head)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async taken() {
      const all = await Promise.all(running);
      running = [];
      return all;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function recordHttp(
  upstream: string,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<Exchange> {
  const body = Buffer.concat(await asked.toArray());
  const { method = '', url = '', headers } = asked;
  const request = await askedOf(method, url, headers['content-type'] ?? '', body);
  const startedMs = performance.now();
  const { host: _, ...passed } = headers;
  const forwarded = http.request(new URL(url, upstream), { method, headers: passed, agent: false });
  forwarded.end(body);
  const [reply] = (await once(forwarded, 'response')) as [IncomingMessage];
  const pairs = pairsOf(reply.rawHeaders);
  answer.writeHead(reply.statusCode ?? 0, pairs.flat());
  const { chunks, end } = await relay(reply, answer, startedMs);
  return { kind: 'http', ...request, status: reply.statusCode ?? 0, headers: pairs, chunks, end };
}

async function relay(reply: IncomingMessage, answer: ServerResponse, startedMs: number) {
  const arrived: { bytes: Buffer; ms: number }[] = [];
  let end: HttpExchange['end'] = 'complete';
  answer.on('close', () => {
    if (answer.writableFinished) return;
    end = 'left';
    reply.destroy();
  });
  try {
    for await (const bytes of reply) {
      answer.write(bytes);
      arrived.push({ bytes, ms: Math.round(performance.now() - startedMs) });
    }
    answer.end();
  } catch {
    if (end === 'complete') end = 'cut';
    answer.destroy();
  }
  // Assigned by the callback above, which the compiler does not see.
  const most = (end as string) === 'left' ? LEFT_BYTES : Number.POSITIVE_INFINITY;
  return { chunks: chunksUpTo(most, arrived), end };
}

function chunksUpTo(most: number, arrived: readonly { bytes: Buffer; ms: number }[]): Chunk[] {
  let room = most;
  return arrived.flatMap(({ bytes, ms }) => {
    const kept = bytes.subarray(0, Math.max(0, room));
    room -= kept.length;
    return kept.length > 0 ? [chunkOf(kept, ms)] : [];
  });
}

/** A connection's own headers are this proxy's to say. */
function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs = raw.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : [],
  );
  return pairs.filter(([name]) => !/^(connection|keep-alive|transfer-encoding|date)$/i.test(name));
}
