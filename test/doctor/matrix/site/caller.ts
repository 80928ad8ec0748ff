import { randomBytes } from 'node:crypto';
import { ParticipantInfo_Kind, ParticipantInfo_State } from '@livekit/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import { openSignalling } from '../../../../src/doctor/signalling.ts';
import { mintToken } from '../../../../src/web/mint.ts';
import type { Settings } from '../row.ts';

const WITHIN_MS = 20_000;

/**
 * A caller in a call with the agent, as far as signalling goes.
 *
 * @returns ends the call, and its room.
 * @throws Error when no agent comes.
 */
export async function callOf(settings: Settings): Promise<() => Promise<void>> {
  const {
    LIVEKIT_URL: url = '',
    LIVEKIT_API_KEY: apiKey = '',
    LIVEKIT_API_SECRET: apiSecret = '',
  } = settings;
  const room = `call-${randomBytes(6).toString('hex')}`;
  const livekit = { apiKey, apiSecret };
  const asked = { livekit, agentName: settings.AGENT_NAME ?? '', room, identity: 'caller', ttlMs: 60_000 };
  const signal = AbortSignal.timeout(WITHIN_MS);
  const joined = await openSignalling(url, await mintToken(asked), signal);
  if ('status' in joined) throw new Error(`LiveKit answers a caller with ${joined.status}`);
  let isThere = false;
  while (!isThere) {
    const { participants } = await joined.next('update', signal);
    isThere = participants.some(
      ({ kind, state }) => kind === ParticipantInfo_Kind.AGENT && state === ParticipantInfo_State.ACTIVE,
    );
  }
  return async () => {
    await joined.leave();
    await new RoomServiceClient(url, apiKey, apiSecret).deleteRoom(room).catch(() => {});
  };
}
