import { connect } from 'node:net';
import type { BadAnswer } from '../helpers/bad-answers.ts';
import type { BodyRoute } from '../helpers/model-routes.ts';
import { type RawHandler, type RawRequest, rawServer } from '../helpers/raw-server.ts';

/** The stages of a call, by the path of their requests. */
const STAGES = { 'audio/transcriptions': 'stt', 'chat/completions': 'llm', 'audio/speech': 'tts' } as const;
export type Stage = (typeof STAGES)[keyof typeof STAGES];
const ROUTE_OF: Readonly<Record<Stage, BodyRoute>> = { stt: 'stt batch', llm: 'chat', tts: 'speech' };

/** Stands before the stand-ins, and answers in their place for the calls of one prompt. */
export interface Gateway {
  baseUrl: string;
  /** A field for `extra_body` of a prompt file, by which requests of its calls are told from others. */
  markFor(prompt: string): string;
  /** Has requests of calls with this prompt to that stage answered so; `undefined` heals it. */
  answer(prompt: string, stage: Stage, bad: BadAnswer | undefined): void;
  /** Where good answers come from. */
  target(baseUrl: string): void;
  close(): Promise<void>;
}

export async function startGateway(): Promise<Gateway> {
  const bad = new Map<string, RawHandler>();
  let knowTarget: (baseUrl: string) => void = () => {};
  const target = new Promise<string>((resolve) => {
    knowTarget = resolve;
  });
  const server = await rawServer();
  void server.next(async (request) => {
    const path = /^\w+ \/v1\/([^ ?]+)/.exec(request.head)?.[1] ?? '';
    const stage = path in STAGES ? STAGES[path as keyof typeof STAGES] : undefined;
    const prompt = /row-mark-([a-z0-9-]+?)-end/.exec(request.body.toString('latin1'))?.[1];
    const instead = bad.get(`${prompt} ${stage}`);
    if (instead) await instead(request);
    else pass(request, await target);
  });
  return {
    baseUrl: server.baseUrl,
    markFor: (prompt) => `row-mark-${prompt}-end`,
    answer(prompt, stage, answer) {
      if (answer) bad.set(`${prompt} ${stage}`, answer(ROUTE_OF[stage]));
      else bad.delete(`${prompt} ${stage}`);
    },
    target: (baseUrl) => knowTarget(baseUrl),
    close: () => server.close(),
  };
}

/** The good answer, byte for byte, which ends the connection. */
function pass({ socket, head, body }: RawRequest, baseUrl: string): void {
  const { hostname, port } = new URL(baseUrl);
  const passed = connect(Number(port), hostname);
  passed.write(`${head.replace(/^connection: .*$/im, 'connection: close')}\r\n\r\n`);
  passed.write(body);
  passed.pipe(socket);
  passed.on('error', () => socket.destroy());
  socket.once('close', () => passed.destroy());
}
