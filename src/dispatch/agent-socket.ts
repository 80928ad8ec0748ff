import type http from 'node:http';
import { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { type RawData, WebSocket } from 'ws';
import { BOUNDS } from '../bounds.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { hideUrlSecrets } from '../urls.ts';
import { refusalOf } from './refusal.ts';

/** Connecting and registering, in all; livekit-server itself waits 10 s for `register` (`RegisterTimeout`). */
const REGISTER_WITHIN_MS = 10_000;
/** livekit-server sends a WebSocket ping every 10 s (pkg/service/wsprotocol.go): two missed ones mean that it is gone. */
const SILENCE_MS = 25_000;

/** A message of LiveKit's agent protocol (livekit_agent.proto), with its kind in `case`. */
export type ToLiveKit = Exclude<WorkerMessage['message'], { case: undefined }>;
export type FromLiveKit = Exclude<ServerMessage['message'], { case: undefined }>;

export interface SocketParts {
  /** LiveKit's URL (`LIVEKIT_URL`), without `/agent`. */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** Opens the connection through a proxy; `undefined` connects directly. */
  agent: http.Agent | undefined;
  clock: Clock;
  log: Log;
  /** Sent as the connection opens, `register` first: the server reads them in this order, before it offers a job. */
  greeting(): readonly ToLiveKit[];
  /** Hears all that the server says but its answer to `register`. */
  onMessage(message: FromLiveKit): void;
}

/** A connection that is registered. */
export interface AgentSocket {
  /** LiveKit's id of this registration (`AW_…`), a new one each time. */
  readonly workerId: string;
  /** Settles once, with why the connection is over. */
  readonly closed: Promise<string>;
  /** Does nothing once the connection is over. */
  send(message: ToLiveKit): void;
  close(): void;
}

/**
 * Connects to LiveKit's agent endpoint and registers.
 *
 * @throws AppError when that fails or takes longer than 10 s: says which key was refused.
 */
export async function openAgentSocket(parts: SocketParts): Promise<AgentSocket> {
  const token = new AccessToken(parts.apiKey, parts.apiSecret);
  token.addGrant({ agent: true });
  const socket = new WebSocket(agentUrl(parts.url), {
    headers: { authorization: `Bearer ${await token.toJwt()}` },
    perMessageDeflate: false,
    maxPayload: BOUNDS.agentMessageBytes,
    ...(parts.agent && { agent: parts.agent }),
  });
  const closed = untilClosed(socket, parts.clock);
  const workerId = await untilRegistered(socket, closed, parts);
  return { workerId, closed, send: (message) => send(socket, message), close: () => socket.close(1000) };
}

/** `/agent` below the path of LiveKit's URL. */
export function agentUrl(url: string): string {
  const { protocol, origin, pathname } = new URL(url);
  const scheme = protocol.replace('http', 'ws');
  return `${scheme}${origin.slice(origin.indexOf('//'))}${pathname.replace(/\/+$/, '')}/agent`;
}

function send(socket: WebSocket, message: ToLiveKit): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(new WorkerMessage({ message }).toBinary());
}

/** Also ends a connection on which nothing comes: a half-open one lives until TCP gives up, and swallows jobs. */
function untilClosed(socket: WebSocket, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    let cancel = () => {};
    const end = (reason: string) => {
      cancel();
      resolve(reason);
      socket.terminate();
    };
    const alive = () => {
      cancel();
      cancel = clock.after(SILENCE_MS, () => end(`nothing came from LiveKit for ${SILENCE_MS / 1000} s`));
    };
    socket.on('open', alive);
    socket.on('ping', alive);
    socket.on('message', alive);
    socket.on('error', ({ message }) => end(message));
    socket.on('close', (code, reason) => end(`closed with ${code}${reason.length ? ` (${reason})` : ''}`));
  });
}

function untilRegistered(socket: WebSocket, closed: Promise<string>, parts: SocketParts): Promise<string> {
  const { url, clock, greeting } = parts;
  const where = `LiveKit at ${hideUrlSecrets(url)}`;
  return new Promise((resolve, reject) => {
    const fail = (error: AppError) => {
      cancel();
      reject(error);
      socket.terminate();
    };
    const cancel = clock.after(REGISTER_WITHIN_MS, () =>
      fail(new AppError(`${where} did not register the worker within ${REGISTER_WITHIN_MS / 1000} s`)),
    );
    void closed.then((reason) => fail(new AppError(`${where}: ${reason}`)));
    socket.on('unexpected-response', (_request, response) => void refusalOf(response, where).then(fail));
    socket.on('open', () => {
      for (const message of greeting()) send(socket, message);
    });
    const read = reader(parts.log);
    socket.on('message', (data, isBinary) => {
      const message = read(data, isBinary);
      if (message?.case === 'register') {
        cancel();
        resolve(message.value.workerId);
      } else if (message) parts.onMessage(message);
    });
  });
}

/** Decodes messages; what cannot be read is logged, the first time, and passed over. */
function reader(log: Log): (data: RawData, isBinary: boolean) => FromLiveKit | undefined {
  let isKnown = false;
  return (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
    const message = isBinary ? decode(bytes) : undefined;
    if (message) return message;
    if (!isKnown)
      log.warn({ bytes: bytes.length, isBinary }, 'LiveKit sent a message that is not known here');
    isKnown = true;
    return undefined;
  };
}

/** `undefined` for a kind of a newer protocol, and for what is none. */
function decode(bytes: Uint8Array): FromLiveKit | undefined {
  try {
    const { message } = ServerMessage.fromBinary(bytes);
    return message.case === undefined ? undefined : message;
  } catch {
    return undefined;
  }
}
