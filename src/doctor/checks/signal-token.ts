import { mintCheckToken, newCheckRoom } from '../../config/check-room.ts';
import { endRoom } from '../end-room.ts';
import type { InsideCheck } from '../inside-context.ts';
import { belowUrl } from '../signalling.ts';
import { CLOCKS, refusal, seconds, skewOf } from './token-refusal.ts';

const TOKEN_TTL_MS = 300_000;
/** Worth a word: callers' tokens may end sooner than they should. */
const NOTABLE_SKEW_MS = 10_000;

/** LiveKit takes a token that is made with our key and secret. */
export const signalToken: InsideCheck = {
  id: 'signal-token',
  proves: 'LiveKit takes our token',
  needs: ['signal-ws'],
  async run({ config, seen, signal, fetch, atEnd }) {
    const { livekit } = config;
    const room = newCheckRoom();
    // For a participant of the check; no agent goes to a room of this name.
    const token = await mintCheckToken({ livekit, room, identity: 'check', ttlMs: TOKEN_TTL_MS });
    const response = await fetch(belowUrl(livekit.url, '/rtc/validate', 'http'), {
      ...{ signal, headers: { authorization: `Bearer ${token}` } },
    });
    const skewMs = skewOf(response);
    const text = await response.text();
    if (!response.ok) return refusal({ status: response.status, text, skewMs });
    seen.token = token;
    atEnd(() => endRoom(livekit, room));
    const evidence = `LiveKit takes it${skewMs === undefined ? '' : `; its clock differs by ${seconds(skewMs)}`}`;
    if (skewMs === undefined || Math.abs(skewMs) < NOTABLE_SKEW_MS) return evidence;
    return { verdict: 'warn', evidence, fix: CLOCKS };
  },
};
