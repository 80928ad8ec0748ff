import type { Config } from '../config/schema.ts';
import { createLog } from '../observe/log.ts';
import { createPersonaStore } from '../persona/store.ts';
import { issueToken, tokenRequest } from './issue.ts';
import { parseBody } from './parse.ts';

/**
 * `npm run token`: what `POST /api/token` answers, as JSON on standard output. Nothing watches over its call: it is
 * the page's server that asks again for an agent.
 *
 * @throws AppError when an option cannot be used.
 */
export async function printToken(
  config: Config,
  options: { room?: string; name?: string; prompt?: string },
  print: (text: string) => void = console.log,
): Promise<void> {
  const request = parseBody(tokenRequest, options);
  const log = createLog({ ...config.log, destination: process.stderr });
  const personas = createPersonaStore({ dir: config.agent.promptsDir, log, quiet: true });
  if (request.prompt !== undefined) await personas.load();
  print(JSON.stringify(await issueToken(config, personas, request, Date.now()), null, 2));
}
