import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import type { Gate } from './gate.ts';
import { matchesAny } from './glob.ts';
import { WebError } from './web-error.ts';

/** The part of the persona store that is shown here. */
export interface Prompts {
  get(name: string): unknown;
  list(): readonly { name: string; description: string }[];
}

export interface PromptsRouteOptions {
  config: Pick<Config, 'agent'>;
  gate: Gate;
  prompts: Prompts;
}

/** `GET /api/prompts`: what the holder of a credential can choose from, and which one is used otherwise. */
export function servePrompts(app: FastifyInstance, { config, gate, prompts }: PromptsRouteOptions): void {
  app.get('/api/prompts', async (request) => {
    const { prompts: allowed } = await gate.admit(request);
    const list = prompts.list().filter(({ name }) => matchesAny(allowed, name));
    return {
      default: config.agent.prompt,
      prompts: list.map(({ name, description }) => ({ name, description })),
    };
  });
}

export function unknownPrompt(name: string, prompts: Prompts): WebError {
  const known = prompts.list().map((prompt) => prompt.name);
  return new WebError(400, `There is no prompt “${name}”.`, {
    hint: `Known prompts: ${known.join(', ') || 'none'}.`,
  });
}
