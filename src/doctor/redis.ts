import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { AppError } from '../errors.ts';
import { openTcp } from './reach.ts';

const MOST_CHARACTERS = 4096;

/** What Redis answered to a command: the text, and whether it is a refusal. */
export interface RedisAnswer {
  isError: boolean;
  text: string;
}

/** A connection to a Redis for a few commands whose answers are one line each. */
export interface RedisConnection {
  /** @throws AppError when the connection ends, or what comes is not Redis's protocol (RESP). */
  command(...words: readonly string[]): Promise<RedisAnswer>;
  close(): void;
}

/**
 * @param url - `redis://[user:password@]host[:6379]`, or `rediss:` for TLS; a password is not sent by itself.
 * @throws AppError when nothing answers.
 */
export async function openRedis(url: URL, signal: AbortSignal): Promise<RedisConnection> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tcp = await openTcp({ host, port: Number(url.port) || 6379 }, signal);
  const socket = url.protocol === 'rediss:' ? await withTls(tcp, host) : tcp;
  let kept = '';
  let waiting: { resolve(answer: RedisAnswer): void; reject(error: Error): void } | undefined;
  const fail = (problem: string) => {
    waiting?.reject(new AppError(problem));
    waiting = undefined;
  };
  socket.on('data', (piece: Buffer) => {
    kept += piece.toString('latin1');
    const end = kept.indexOf('\r\n');
    if (end < 0 && kept.length < MOST_CHARACTERS) return;
    const line = kept.slice(0, Math.max(end, 0));
    kept = '';
    if (!/^[+:-]/.test(line)) return fail('what answers is no Redis');
    waiting?.resolve({ isError: line.startsWith('-'), text: line.slice(1) });
    waiting = undefined;
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('Redis cut the connection'));
  signal.addEventListener('abort', () => fail('Redis gave no answer'), { once: true });
  return {
    command: (...words) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
        socket.write(`*${words.length}\r\n${parts.join('')}`);
      }),
    close: () => socket.destroy(),
  };
}

function withTls(tcp: Socket, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ socket: tcp, host, servername: host });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', (cause) => reject(new AppError(`TLS: ${cause.message}`, { cause })));
  });
}
