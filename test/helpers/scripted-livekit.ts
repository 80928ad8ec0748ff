import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Job, ServerMessage, WorkerMessage } from '@livekit/protocol';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a worker said, as protojson: `{"register": {"agentName": …}}`. */
type Said = Record<string, Record<string, unknown>>;
type ServerWord = NonNullable<NonNullable<ConstructorParameters<typeof ServerMessage>[0]>['message']>;

/** LiveKit's agent endpoint on loopback, which says only what a test has it say. */
export interface ScriptedLiveKit {
  readonly url: string;
  /** All that workers said, of all connections. */
  readonly heard: readonly Said[];
  /** Paths and tokens of the connections. */
  readonly asked: readonly { path: string | undefined; authorization: string | undefined }[];
  /** How a connection is answered: `silent` upgrades and says nothing more. */
  mode: 'registers' | 'silent' | { status: number; text: string };
  say(message: ServerWord): void;
  sayBytes(data: Uint8Array | string): void;
  /** Sends a WebSocket ping; resolves when it was answered. */
  ping(): Promise<void>;
  offer(jobId: string, job?: ConstructorParameters<typeof Job>[0]): void;
  assign(jobId: string, job?: ConstructorParameters<typeof Job>[0]): void;
  /** Breaks the connection, as a server that dies does. */
  drop(): void;
  /** Resolves with the first that `find` yields, now or to come. */
  until<T>(find: () => T | undefined | false): Promise<T>;
  close(): Promise<void>;
}

export async function startScriptedLiveKit(): Promise<ScriptedLiveKit> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const heard: Said[] = [];
  const asked: ScriptedLiveKit['asked'][number][] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  let current: WebSocket | undefined;
  const say = (message: ServerWord) => current?.send(new ServerMessage({ message }).toBinary());
  const jobOf = (id: string, job: ConstructorParameters<typeof Job>[0]) =>
    new Job({ id, room: { name: `room-of-${id}`, sid: 'RM_1' }, ...job });
  const made: ScriptedLiveKit = {
    url: '',
    ...{ heard, asked, say },
    mode: 'registers',
    sayBytes: (data) => current?.send(data),
    ping: () =>
      new Promise((resolve) => {
        current?.once('pong', () => resolve());
        current?.ping();
      }),
    offer: (id, job) => say({ case: 'availability', value: { job: jobOf(id, job) } }),
    assign: (id, job) => say({ case: 'assignment', value: { job: jobOf(id, job), token: `token-${id}` } }),
    drop: () => current?.terminate(),
    until: (find) =>
      new Promise((resolve) => {
        const look = () => {
          const found = find();
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => closeAll(server, sockets),
  };
  server.on('upgrade', (request, socket, head) => {
    asked.push({ path: request.url, authorization: request.headers.authorization });
    changed();
    if (typeof made.mode === 'object') {
      const { status, text } = made.mode;
      socket.end(
        `HTTP/1.1 ${status} No\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      current = opened;
      opened.on('message', (data: Buffer) => {
        const said = WorkerMessage.fromBinary(data).toJson() as Said;
        heard.push(said);
        if (said.register && made.mode === 'registers')
          say({ case: 'register', value: { workerId: `AW_${asked.length}` } });
        changed();
      });
      opened.on('close', changed);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(made, { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
