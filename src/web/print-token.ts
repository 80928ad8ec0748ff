import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { createLog, type Log } from '../observe/log.ts';
import { createPersonaStore } from '../persona/store.ts';
import { hideUrlSecrets } from '../urls.ts';
import { dispatchIfRoomIsOpen } from './dispatch-now.ts';
import { issueToken, tokenRequest } from './issue.ts';
import { createLiveKitClients, type LiveKitClients } from './livekit-clients.ts';
import { dispatchMetadata } from './mint.ts';
import { parseBody } from './parse.ts';

export interface PrintParts {
  clients?: LiveKitClients;
  print?(text: string): void;
  log?: Log;
}

/**
 * `npm run token`: what `POST /api/token` answers, as JSON on standard output. In a room that is open already it asks
 * for the agent, and says so on standard error. Nothing watches over the call: it is the page's server that asks again.
 *
 * @throws AppError when an option cannot be used.
 */
export async function printToken(
  config: Config,
  options: { room?: string; name?: string; prompt?: string },
  {
    clients = createLiveKitClients(config.livekit),
    print = console.log,
    log = createLog({ ...config.log, destination: process.stderr }),
  }: PrintParts = {},
): Promise<void> {
  const request = parseBody(tokenRequest, options);
  const personas = createPersonaStore({ dir: config.agent.promptsDir, log, quiet: true });
  if (request.prompt !== undefined) await personas.load();
  print(JSON.stringify(await issueToken(config, personas, request, Date.now()), null, 2));
  // A name that was made up just now belongs to no room.
  if (request.room === undefined) return;
  const { name: agentName, deployment } = config.agent;
  const asked = { room: request.room, agentName, deployment, metadata: dispatchMetadata(request) };
  await dispatchIfRoomIsOpen(clients, asked, Date.now()).then(
    (found) => {
      if (found === 'dispatched')
        log.info({ agentName: asked.agentName }, 'the room is open already: its agent was asked for now');
    },
    (error) =>
      log.warn(
        { url: hideUrlSecrets(config.livekit.url), error: messageOf(error) },
        'LiveKit was not asked whether the room is open already; if it is, no agent comes by this token',
      ),
  );
}
