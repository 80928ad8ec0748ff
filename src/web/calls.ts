import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TokenVerifier } from 'livekit-server-sdk';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../openai/clock.ts';
import { bearerOf } from './access.ts';
import type { AgentStatus } from './agent-status.ts';
import { agentEvents } from './agent-stream.ts';
import type { DispatchWatch } from './dispatch-watch.ts';
import type { Gate } from './gate.ts';
import { WebError } from './web-error.ts';

export interface CallsRouteOptions {
  config: Pick<Config, 'livekit' | 'agent'>;
  gate: Gate;
  watch: DispatchWatch;
  clock: Clock;
}

type AgentRequest = FastifyRequest<{ Params: { room: string } }>;

/** Open at a time for one room; more tabs than that wait for nobody. */
const STREAMS_PER_ROOM = 4;

/**
 * `GET /api/calls/:room/agent`: whether an agent has joined and what is done about it; with
 * `Accept: text/event-stream` each change of it, in one answer that lasts as long as the wait. The caller's own LiveKit
 * token is the credential, for its own room only. It is taken for the length of a call after it expired, as it
 * opens nothing else here, and callers stay longer than the time they have to join.
 */
export function serveCalls(app: FastifyInstance, { config, gate, watch, clock }: CallsRouteOptions): void {
  const roomOf = roomReader(config);
  const streams = new AgentStreams(watch, clock);
  app.addHook('preClose', async () => streams.stop());

  app.get('/api/calls/:room/agent', async (request: AgentRequest, reply) => {
    const { room } = request.params;
    await gate.authenticated(request, async () => {
      if ((await roomOf(bearerOf(request.headers))) === room) return;
      throw new WebError(401, 'This needs the LiveKit token of a caller in that room.', {
        hint: 'Send the token from POST /api/token as `Authorization: Bearer …`.',
      });
    });
    const status = watch.status(room);
    if (!status) {
      throw new WebError(404, 'This room is not watched (any more).', {
        hint: 'The server restarted since the token was made, or the token expired unused: ask for a new one.',
      });
    }
    const wantsStream = request.headers.accept?.includes('text/event-stream');
    return wantsStream ? streams.answer(reply, room) : status;
  });
}

/** The room that a LiveKit token of ours opens. */
function roomReader({ livekit, agent }: Pick<Config, 'livekit' | 'agent'>) {
  const verifier = new TokenVerifier(livekit.apiKey, livekit.apiSecret);
  const toleranceS = Math.ceil(agent.maxCallMs / 1000);
  return async (token: string | undefined): Promise<string | undefined> => {
    if (!token) return undefined;
    const claims = await verifier.verify(token, toleranceS).catch(() => undefined);
    return claims?.video?.roomJoin ? claims.video.room : undefined;
  };
}

/** The open answers to those who wait. */
class AgentStreams {
  readonly #watch: DispatchWatch;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  readonly #open = new Map<string, number>();

  constructor(watch: DispatchWatch, clock: Clock) {
    this.#watch = watch;
    this.#clock = clock;
  }

  answer(reply: FastifyReply, room: string): FastifyReply {
    if ((this.#open.get(room) ?? 0) >= STREAMS_PER_ROOM) {
      throw new WebError(429, 'Too many are waiting for the agent of this room.', {
        hint: 'Close other tabs of this call.',
      });
    }
    // nginx would keep events until it has a buffer full.
    reply.type('text/event-stream').header('x-accel-buffering', 'no');
    return reply.send(Readable.from(this.#counted(room)));
  }

  stop(): void {
    this.#stopped.abort();
  }

  async *#counted(room: string): AsyncGenerator<string> {
    this.#open.set(room, (this.#open.get(room) ?? 0) + 1);
    try {
      yield* agentEvents(() => this.#status(room), this.#clock, this.#stopped.signal);
    } finally {
      const left = (this.#open.get(room) ?? 1) - 1;
      if (left > 0) this.#open.set(room, left);
      else this.#open.delete(room);
    }
  }

  #status(room: string): AgentStatus | undefined {
    return this.#watch.status(room);
  }
}
