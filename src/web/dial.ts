import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { DialRefused } from '../phone/outbound/choose-trunk.ts';
import { TooMany } from '../phone/outbound/dial-limits.ts';
import type { Dialler } from '../phone/outbound/dialler.ts';
import type { CallOrder, PlacedCall } from '../phone/outbound/place-call.ts';
import type { Gate } from './gate.ts';
import { parseBody } from './parse.ts';
import { permittedCall, requireRight } from './permit.ts';
import { type Prompts, unknownPrompt } from './prompts.ts';
import { WebError } from './web-error.ts';

export interface DialRouteOptions {
  config: Pick<Config, 'agent'>;
  gate: Gate;
  prompts: Prompts;
  dialler: Dialler;
  log: Log;
}

const BODY_LIMIT = 16_384;
const VARIABLES = 100;

const dialRequest = z.strictObject({
  to: z.string({ error: 'a number such as +60312345678' }).trim().min(2).max(40),
  prompt: z.string().max(64).optional(),
  variables: z
    .record(z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/, 'a variable name'), z.string().max(2000))
    .refine((all) => Object.keys(all).length <= VARIABLES, `at most ${VARIABLES} variables`)
    .optional(),
  trunk: z.string().max(128).optional(),
});

/**
 * `POST /api/calls`: calls a number, and answers with what came of it once it was answered or will not be; the call goes on after
 * that. Closed unless a credential has the right `dial`, and an outbound trunk of `PHONE_SETUP` allows the number.
 */
export function serveDial(app: FastifyInstance, options: DialRouteOptions): void {
  const { config, gate, prompts, log } = options;
  app.post('/api/calls', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const credential = await gate.admit(request);
    requireRight(credential, 'dial');
    const { to, variables, trunk, prompt: named } = parseBody(dialRequest, request.body);
    await gate.countCall(request);
    const { prompt } = permittedCall({ ...credential, rooms: ['*'] }, { prompt: named }, config.agent.prompt);
    if (prompt !== undefined && !prompts.get(prompt)) throw unknownPrompt(prompt, prompts);
    log.info({ credential: credential.name, prompt, trunk, pii_number: to }, 'call ordered');
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return reply.code(201).send(await placed({ to, variables, trunk, prompt }, options, gone.signal));
  });
}

async function placed(
  order: CallOrder,
  { dialler }: DialRouteOptions,
  signal: AbortSignal,
): Promise<PlacedCall> {
  try {
    return await dialler.dial(order, signal);
  } catch (error) {
    const hint = error instanceof DialRefused || error instanceof TooMany ? (error.hint ?? '') : '';
    if (error instanceof DialRefused) throw new WebError(403, error.message, { hint });
    if (error instanceof TooMany)
      throw new WebError(429, error.message, { hint, retryAfterS: Math.ceil(error.retryAfterMs / 1000) });
    throw error;
  }
}
