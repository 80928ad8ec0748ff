import { AppError } from '../../errors.ts';
import type { Finding } from '../check.ts';

/** livekit-server allows so much: `jwt.DefaultLeeway` of go-jose. */
const LEEWAY_MS = 60_000;

export const CLOCKS =
  'set the clocks of this machine and of LiveKit’s by a time server (chronyc tracking, timedatectl)';

/** By how much LiveKit's clock is before ours (positive), from the Date of its answer: whole seconds. */
export function skewOf({ headers }: Response): number | undefined {
  const theirs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(theirs) ? undefined : theirs - Date.now();
}

export const seconds = (ms: number) => `${Math.round(Math.abs(ms) / 1000)} s`;

export interface Refusal {
  status: number;
  /** It may hold the token. */
  text: string;
  /** By how much LiveKit's clock is before the one that the token was made by. */
  skewMs: number | undefined;
}

/**
 * What livekit-server 1.13.3 answers: a key that it does not know is named; a wrong signature and a token of another time
 * are both «invalid token», so the clock, which stands in the answer, tells them apart.
 */
export function refusal({ status, text, skewMs }: Refusal): Finding {
  const fail = (evidence: string, cause: string, fix: string): Finding => {
    return { verdict: 'fail', evidence: `${status}: ${evidence}`, cause, fix };
  };
  if (/room does not exist/.test(text))
    return fail(
      'there is no such room',
      'LiveKit makes no room by itself: room.auto_create is false',
      'room: { auto_create: true } in livekit.yaml, or have the room made before a caller joins',
    );
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
        `LiveKit’s clock is ${seconds(skewMs)} ${which} the one that the token was made by, and it takes 60 s at most`,
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
