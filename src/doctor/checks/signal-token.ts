import { randomBytes } from 'node:crypto';
import { AccessToken, RoomConfiguration, RoomServiceClient, TrackSource } from 'livekit-server-sdk';
import { CHECK_ROOM_PREFIX } from '../../config/check-room.ts';
import type { Config } from '../../config/schema.ts';
import { AppError } from '../../errors.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck } from '../inside-context.ts';
import { belowUrl } from '../signalling.ts';

const TOKEN_TTL_MS = 300_000;
/** How long the room is there without anybody: deleting it is sooner. */
const EMPTY_S = 30;
/** livekit-server allows so much: `jwt.DefaultLeeway` of go-jose. */
const LEEWAY_MS = 60_000;
/** Worth a word: callers' tokens may end sooner than they should. */
const NOTABLE_SKEW_MS = 10_000;
const REQUEST_TIMEOUT_S = 5;

/** LiveKit takes a token that is made with our key and secret. */
export const signalToken: InsideCheck = {
  id: 'signal-token',
  proves: 'LiveKit takes our token',
  needs: ['signal-ws'],
  async run({ config, seen, signal, fetch, atEnd }) {
    const { livekit } = config;
    const room = `${CHECK_ROOM_PREFIX}${randomBytes(9).toString('base64url')}`;
    const token = await tokenFor(livekit, room);
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

const CLOCKS =
  'set the clocks of this machine and of LiveKit’s by a time server (chronyc tracking, timedatectl)';

/** For a participant of the check; no agent goes to a room of this name. */
async function tokenFor({ apiKey, apiSecret }: Config['livekit'], room: string): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { identity: 'check', ttl: TOKEN_TTL_MS / 1000 });
  token.addGrant({
    ...{ roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true },
    canPublishSources: [TrackSource.MICROPHONE],
  });
  token.roomConfig = new RoomConfiguration({ emptyTimeout: EMPTY_S, departureTimeout: 1 });
  return token.toJwt();
}

async function endRoom({ url, apiKey, apiSecret }: Config['livekit'], room: string): Promise<void> {
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  await new RoomServiceClient(url, apiKey, apiSecret, options).deleteRoom(room);
}

/** By how much LiveKit's clock is before ours (positive), from the Date of its answer: whole seconds. */
function skewOf({ headers }: Response): number | undefined {
  const theirs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(theirs) ? undefined : theirs - Date.now();
}

const seconds = (ms: number) => `${Math.round(Math.abs(ms) / 1000)} s`;

interface Refusal {
  status: number;
  /** It may hold the token. */
  text: string;
  skewMs: number | undefined;
}

/**
 * What livekit-server 1.13.3 answers: a key that it does not know is named; a wrong signature and a token of another time
 * are both «invalid token», so the clock, which stands in the answer, tells them apart.
 */
function refusal({ status, text, skewMs }: Refusal): Finding {
  const fail = (evidence: string, cause: string, fix: string): Finding => {
    return { verdict: 'fail', evidence: `${status}: ${evidence}`, cause, fix };
  };
  if (/invalid API key/.test(text))
    return fail(
      'the key is not known',
      'LIVEKIT_API_KEY is none of the server’s `keys`',
      'LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair of `keys` in livekit.yaml (LIVEKIT_KEYS of the server); restart LiveKit after changing it',
    );
  if (/invalid (authorization )?token/.test(text)) {
    if (skewMs !== undefined && Math.abs(skewMs) > LEEWAY_MS) {
      const which = skewMs > 0 ? 'before' : 'behind';
      return fail(
        'the token is refused',
        `LiveKit’s clock is ${seconds(skewMs)} ${which} ours, and it takes 60 s at most`,
        CLOCKS,
      );
    }
    return fail(
      'the token is refused',
      'the key is known, its secret is another one (the clocks agree)',
      'LIVEKIT_API_SECRET must be the secret that stands with this key in the server’s `keys`, without quotes or a line end',
    );
  }
  if (status === 401 || status === 403)
    return fail(
      'the token may not join',
      'the key’s grants are limited by what stands before LiveKit',
      'see the proxy’s rules',
    );
  throw new AppError(`${status} in place of an answer of LiveKit`, {
    hint: 'have every path of LiveKit routed to it: /rtc and what is below, /twirp, /agent',
  });
}
