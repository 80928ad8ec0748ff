import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import { type AccessRules, requireAccess } from './access.ts';
import { WebError } from './web-error.ts';

/** The part of the persona store that is shown here. */
export interface Prompts {
  get(name: string): unknown;
  list(): readonly { name: string; description: string }[];
}

export interface PromptsRouteOptions {
  config: Pick<Config, 'agent'>;
  access: AccessRules;
  prompts: Prompts;
}

/** `GET /api/prompts`: what a caller can choose from, and which one is used otherwise. */
export function servePrompts(app: FastifyInstance, { config, access, prompts }: PromptsRouteOptions): void {
  app.get('/api/prompts', async (request) => {
    requireAccess(access, { remoteAddress: request.socket.remoteAddress, headers: request.headers });
    const list = prompts.list().map(({ name, description }) => ({ name, description }));
    return { default: config.agent.prompt, prompts: list };
  });
}

export function unknownPrompt(name: string, prompts: Prompts): WebError {
  const known = prompts.list().map((prompt) => prompt.name);
  return new WebError(400, `There is no prompt “${name}”.`, {
    hint: `Known prompts: ${known.join(', ') || 'none'}.`,
  });
}
