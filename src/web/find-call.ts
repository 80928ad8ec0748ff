import type { Config } from '../config/schema.ts';
import { AppError, messageOf } from '../errors.ts';
import { type WorkersParts, workerUrls } from '../observe/workers.ts';
import { makePass } from './listener-pass.ts';
import { WebError } from './web-error.ts';

/** The calls of one worker, for those who may listen to them. */
export interface OwnCalls {
  /** Of a call whose agent has begun to listen; `undefined` of one that does not run here. */
  find(callId: string): { room: string; prompt: string } | undefined;
  /** Tells a call that an operator listens from now on. @returns whether it runs here. */
  listened(callId: string): boolean;
}

/** A running call, of whichever worker. */
export interface FoundCall {
  room: string;
  prompt: string;
  /** Tells it that an operator listens from now on. @throws WebError 404 when it is over, 502 when its worker does not answer. */
  listened(): Promise<void>;
}

export interface FindParts {
  livekit: Config['livekit'];
  /** Of the worker in this process. */
  own?: OwnCalls | undefined;
  /** Where all workers serve health; without it only the one of this process is asked. */
  workers?: WorkersParts | undefined;
}

const ANSWERS_WITHIN_MS = 1500;

/** @throws WebError 404 when no worker has it, 502 when one that may have it does not answer. */
export async function findCall(callId: string, { livekit, own, workers }: FindParts): Promise<FoundCall> {
  const here = own?.find(callId);
  if (here && own) {
    return {
      ...here,
      async listened() {
        if (!own.listened(callId)) throw isOver();
      },
    };
  }
  if (!workers) throw isOver();
  const ask = askerFor(callId, await makePass(livekit, callId), workers.fetch);
  const path = `/calls/${encodeURIComponent(callId)}`;
  const urls = await workerUrls(path, workers).catch(cannotBeLookedUp);
  const answers = await Promise.all(urls.map((url) => ask(url, 'GET')));
  const found = answers.find(({ body }) => body !== undefined);
  if (!found?.body) throw answers.find(({ problem }) => problem)?.problem ?? isOver();
  return {
    ...found.body,
    async listened() {
      const { problem, body } = await ask(new URL(`${path}/listener`, found.url), 'POST');
      if (!body) throw problem ?? isOver();
    },
  };
}

interface Answer {
  url: URL;
  /** Absent: the worker has no such call, or did not answer. */
  body?: { room: string; prompt: string };
  problem?: WebError;
}

function askerFor(callId: string, pass: string, ask: typeof fetch = fetch) {
  return async (url: URL, method: 'GET' | 'POST'): Promise<Answer> => {
    try {
      const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
      const response = await ask(url, { method, signal, headers: { authorization: `Bearer ${pass}` } });
      if (response.status === 404) return { url };
      if (!response.ok) throw new AppError(`answered ${response.status}`);
      return { url, body: (await response.json()) as Answer['body'] & object };
    } catch (error) {
      const problem = `The worker at ${url.host} could not be asked for call ${callId}: ${messageOf(error)}.`;
      const hint =
        'Worker and page need the same LIVEKIT_API_KEY and LIVEKIT_API_SECRET; try again if it has just started.';
      return { url, problem: new WebError(502, problem, { hint }) };
    }
  };
}

function cannotBeLookedUp(error: unknown): never {
  throw new WebError(502, `The workers cannot be looked up: ${messageOf(error)}.`, {
    hint: 'Compare WORKERS_URL with the Service of the workers.',
  });
}

const isOver = () =>
  new WebError(404, 'No such call runs now.', {
    hint: 'It is over, or its agent has not begun to listen yet.',
  });
