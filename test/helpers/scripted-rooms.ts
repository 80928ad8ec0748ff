import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { JoinResponse, ParticipantInfo, ParticipantUpdate, SignalResponse } from '@livekit/protocol';
import { type WebSocket, WebSocketServer } from 'ws';

type Participant = ConstructorParameters<typeof ParticipantInfo>[0];

/** LiveKit's rooms as a participant meets them, on loopback: says only what a test has it say. */
export interface ScriptedRooms {
  /** Such as `ws://127.0.0.1:<port>`. */
  readonly url: string;
  /** Tokens of those who joined. */
  readonly tokens: readonly string[];
  /** Requests to LiveKit's API: `DeleteRoom`, with its body. */
  readonly asked: readonly { method: string; body: Record<string, unknown> }[];
  close(): Promise<void>;
}

export interface RoomsScript {
  /** Who comes after somebody joined. */
  comes?: Participant[];
  /** Of requests to the API, by method. */
  answers?: Readonly<Record<string, object>>;
  /** Of plain requests, by path. */
  plain?: Readonly<Record<string, string>>;
}

/** @returns rooms into which everybody is let, and who then meet those who come. */
export async function scriptedRooms({ comes = [], answers = {}, plain = {} }: RoomsScript) {
  const tokens: string[] = [];
  const asked: ScriptedRooms['asked'][number][] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const method = pathname.split('/').at(-1) ?? '';
    const body = (await buffer(request)).toString();
    if (pathname in plain) return response.end(plain[pathname]);
    asked.push({ method, body: JSON.parse(body || '{}') });
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(answers[method] ?? {}));
  });
  server.on('upgrade', (request, tcp, head) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    tokens.push(searchParams.get('access_token') ?? '');
    sockets.handleUpgrade(request, tcp, head, (socket) => {
      say(socket, { case: 'join', value: new JoinResponse() });
      const participants = comes.map((one) => new ParticipantInfo(one));
      if (participants.length > 0)
        say(socket, { case: 'update', value: new ParticipantUpdate({ participants }) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const rooms: ScriptedRooms = {
    ...{ url: `ws://127.0.0.1:${port}`, tokens, asked },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rooms;
}

function say(socket: WebSocket, message: SignalResponse['message']): void {
  socket.send(new SignalResponse({ message }).toBinary());
}
