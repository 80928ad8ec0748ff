import type { IncomingMessage } from 'node:http';
import { SignalRequest, SignalResponse } from '@livekit/protocol';
import { type RawData, WebSocket } from 'ws';
import { BOUNDS } from '../bounds.ts';
import { AppError, messageOf } from '../errors.ts';
import { socketAgentFor } from '../openai/proxy.ts';

/** LiveKit's client protocol, as livekit-server 1.13.3 speaks it at `/rtc`. */
const PROTOCOL = 16;
const MOST_CHARACTERS = 400;

export type FromServer = Exclude<SignalResponse['message'], { case: undefined }>;
export type ToServer = Exclude<SignalRequest['message'], { case: undefined }>;

type Of<Case> = Extract<FromServer, { case: Case }>['value'];

/** A participant of a room, as far as signalling goes. */
export interface Signalling {
  /** The next message of a kind, which may have come already; each is given once. */
  next<Case extends FromServer['case']>(kind: Case, signal: AbortSignal): Promise<Of<Case>>;
  send(message: ToServer): void;
  /** Leaves the room, and waits until the server has closed. */
  leave(): Promise<void>;
}

/** An answer in place of a WebSocket. */
export interface Refused {
  status: number;
  headers: IncomingMessage['headers'];
  /** The beginning of what was said. It may hold the token. */
  text: string;
}

/** `path` below LiveKit's URL, such as `/rtc`, with the URL's scheme as `ws` or `http`. */
export function belowUrl(url: string, path: string, scheme: 'ws' | 'http'): string {
  const { protocol, host, pathname } = new URL(url);
  const isSecure = protocol === 'wss:' || protocol === 'https:';
  return `${scheme}${isSecure ? 's' : ''}://${host}${pathname.replace(/\/+$/, '')}${path}`;
}

/**
 * Asks LiveKit to let us in.
 *
 * @param token - `undefined` asks without, which shows whether a WebSocket gets as far as LiveKit.
 * @param hears - sends us the sound of others, and so offers it
 * @throws AppError when nothing answered.
 */
export function openSignalling(
  url: string,
  token: string | undefined,
  signal: AbortSignal,
  { hears = false }: { hears?: boolean } = {},
): Promise<Signalling | Refused> {
  const subscribe = hears ? '1' : '0';
  const query = new URLSearchParams({ protocol: `${PROTOCOL}`, auto_subscribe: subscribe, sdk: 'js' });
  if (token !== undefined) query.set('access_token', token);
  const target = belowUrl(url, `/rtc?${query}`, 'ws');
  const agent = socketAgentFor(target);
  const socket = new WebSocket(target, {
    ...{ perMessageDeflate: false, maxPayload: BOUNDS.agentMessageBytes },
    ...(agent && { agent }),
  });
  return new Promise((resolve, reject) => {
    const stop = () => {
      socket.terminate();
      reject(new AppError('the WebSocket got no answer', { hint: 'see what stands before LiveKit' }));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const settled = () => signal.removeEventListener('abort', stop);
    socket.on('error', (cause) => {
      settled();
      reject(new AppError(`the WebSocket failed: ${messageOf(cause)}`, { cause }));
    });
    socket.once('unexpected-response', (_request, response) => {
      settled();
      const { statusCode: status = 0, headers, socket: tcp } = response;
      void beginningOf(response).then((text) => {
        resolve({ status, headers, text });
        // It is nobody's otherwise, and keeps the process alive.
        tcp.destroy();
      });
    });
    socket.once('open', () => {
      settled();
      resolve(signallingOn(socket));
    });
  });
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const piece of response) {
      text += String(piece);
      if (text.length >= MOST_CHARACTERS) break;
    }
  } catch {
    // Cut off: what came says enough.
  }
  return text.slice(0, MOST_CHARACTERS);
}

interface Waiting {
  kind: FromServer['case'];
  hear(message: FromServer): void;
  fail(error: AppError): void;
}

function signallingOn(socket: WebSocket): Signalling {
  const kept: FromServer[] = [];
  const waiting = new Set<Waiting>();
  const closed = new Promise<void>((resolve) => {
    socket.once('close', (code, reason) => {
      const why = reason.length > 0 ? ` (${reason})` : '';
      for (const one of waiting) one.fail(new AppError(`LiveKit closed the connection: ${code}${why}`));
      resolve();
    });
  });
  socket.on('message', (data) => {
    const message = decoded(data);
    if (!message) return;
    const [first] = [...waiting].filter(({ kind }) => kind === message.case);
    if (first) first.hear(message);
    else kept.push(message);
  });
  const take = (kind: FromServer['case'], signal: AbortSignal) =>
    new Promise<FromServer>((resolve, reject) => {
      const at = kept.findIndex((message) => message.case === kind);
      const [found] = at < 0 ? [] : kept.splice(at, 1);
      if (found) return resolve(found);
      if (socket.readyState !== WebSocket.OPEN) return reject(new AppError('LiveKit closed the connection'));
      const end = () => {
        waiting.delete(one);
        signal.removeEventListener('abort', late);
      };
      const late = () => one.fail(new AppError(`LiveKit sent no «${kind}»`));
      const one: Waiting = {
        kind,
        hear(message) {
          end();
          resolve(message);
        },
        fail(error) {
          end();
          reject(error);
        },
      };
      waiting.add(one);
      if (signal.aborted) late();
      signal.addEventListener('abort', late);
    });
  return {
    async next<Case extends FromServer['case']>(kind: Case, signal: AbortSignal) {
      return (await take(kind, signal)).value as Of<Case>;
    },
    send: (message) => socket.send(new SignalRequest({ message }).toBinary()),
    async leave() {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(new SignalRequest({ message: { case: 'leave', value: {} } }).toBinary());
        socket.close(1000);
      }
      await closed;
    },
  };
}

function decoded(data: RawData): FromServer | undefined {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
    const { message } = SignalResponse.fromBinary(bytes);
    return message.case === undefined ? undefined : message;
  } catch {
    return undefined;
  }
}
