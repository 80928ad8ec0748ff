import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { readBody, readJson } from './body.ts';
import type { Clock } from './clock.ts';
import { controlSchema, type State } from './control.ts';
import type { Fault, Route } from './faults.ts';
import type { DetailsByRoute } from './journal.ts';
import type { Exchange, ModelRoute } from './model-route.ts';
import type { Models } from './models.ts';
import { FaultPlayed, Reply, RequestProblem } from './reply.ts';

export interface HandlerParts {
  state: State;
  models: Models;
  clock: Clock;
  log: Log | undefined;
}

export interface Handler {
  /** Answers one HTTP request; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Resolves when no answer is under way. */
  settled(): Promise<void>;
}

type Call = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The stand-ins' HTTP routes. Every answer carries `x-voice-agent-stand-in: true`. */
export function createHandler(parts: HandlerParts): Handler {
  const { models, state } = parts;
  const routes: Readonly<Record<string, Call>> = {
    'POST /v1/audio/transcriptions': modelCall('stt', models.stt, parts),
    'POST /v1/chat/completions': modelCall('llm', models.llm, parts),
    'POST /v1/audio/speech': modelCall('tts', models.tts, parts),
    'GET /v1/models': modelCall('models', models.models, parts),
    'GET /control': plainCall((_, reply) => reply.json(200, state.snapshot())),
    'POST /control': plainCall((request, reply) => changeControl(request, reply, state)),
  };
  const underWay = new Set<Promise<void>>();
  return {
    handle(request, response) {
      response.setHeader('x-voice-agent-stand-in', 'true');
      const path = (request.url ?? '/').split('?')[0];
      const call = routes[`${request.method} ${path}`] ?? notFound;
      const done = call(request, response)
        // Only an error body can fail to be sent: the client is gone.
        .catch(() => void response.destroy())
        .finally(() => underWay.delete(done));
      underWay.add(done);
    },
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}

/** A model's route: the fault planned for it, the answer, and the journal's entry about both. */
function modelCall<R extends Route, Request>(
  route: R,
  model: ModelRoute<Request, DetailsByRoute[R]>,
  { state, clock, log }: HandlerParts,
): Call {
  return async (request, response) => {
    const fault = state.faults.take(route);
    const { entry, close } = state.journal.open(route, fault);
    const exchange = openExchange(response, clock.now(), fault);
    try {
      const read = await model.read(await readBody(request), request.headers['content-type'] ?? '');
      const details = model.describe(read);
      entry.details = details;
      if (fault?.latencyMs) await clock.sleep(fault.latencyMs, exchange.signal);
      await exchange.reply.playFault();
      entry.details = { ...details, ...(await model.answer(read, exchange)) };
      close('answered');
    } catch (error) {
      close(outcomeOf(error, exchange));
      await explain(error, exchange, log);
    }
    const { firstByteAtMs } = exchange.reply;
    if (firstByteAtMs !== undefined) entry.firstByteMs = firstByteAtMs - entry.atMs;
    log?.debug({ route, outcome: entry.outcome, durationMs: entry.durationMs }, 'stand-in request ended');
  };
}

function openExchange(response: ServerResponse, arrivedMs: number, fault: Fault = {}): Exchange {
  const leaving = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) leaving.abort();
  });
  return { reply: new Reply(response, fault, leaving.signal), signal: leaving.signal, arrivedMs };
}

function outcomeOf(error: unknown, { signal }: Exchange) {
  if (error instanceof FaultPlayed) return 'faulted';
  if (signal.aborted) return 'aborted';
  return error instanceof RequestProblem ? 'refused' : 'failed';
}

/** Tells the client what went wrong, where there is still one and it has not been told. */
async function explain(error: unknown, { reply, signal }: Exchange, log?: Log): Promise<void> {
  if (error instanceof FaultPlayed || signal.aborted) return;
  if (error instanceof RequestProblem) return reply.problem(error);
  log?.warn({ err: error }, 'stand-in failed');
  await reply.problem(new RequestProblem(500, `The stand-in failed: ${messageOf(error)}`));
}

function plainCall(answer: (request: IncomingMessage, reply: Reply) => Promise<void>): Call {
  return async (request, response) => {
    const exchange = openExchange(response, 0);
    try {
      await answer(request, exchange.reply);
    } catch (error) {
      await explain(error, exchange);
    }
  };
}

const notFound = plainCall((request) => {
  throw new RequestProblem(404, `Unknown request URL: ${request.method} ${request.url}. This is a stand-in.`);
});

async function changeControl(request: IncomingMessage, reply: Reply, state: State): Promise<void> {
  // A web page can post other types here without the browser asking first.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new RequestProblem(415, 'Content-Type must be application/json');
  }
  state.apply(readJson(await readBody(request), controlSchema));
  await reply.json(200, state.snapshot());
}
