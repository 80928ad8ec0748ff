import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

/** More of an answer is not read. */
const MAX_CHARACTERS = 2000;

/** What livekit-server says (pkg/service/auth.go), most telling first, and what it means for the settings here. */
const REASONS: readonly [RegExp, string][] = [
  [/invalid API key/, 'it does not know LIVEKIT_API_KEY: name a key of its `keys`'],
  [
    /expired|not valid yet|nbf|exp\b/,
    'the token was refused for its time: the clocks of the two machines differ',
  ],
  [/invalid (authorization )?token/, 'LIVEKIT_API_SECRET is not the secret of LIVEKIT_API_KEY there'],
];

/** Why LiveKit did not take a worker's connection. Its own words are not repeated: they may hold the token. */
export async function refusalOf(response: IncomingMessage, where: string): Promise<AppError> {
  const status = response.statusCode ?? 0;
  const text = await bodyOf(response);
  const [, reason] = REASONS.find(([pattern]) => pattern.test(text)) ?? [];
  if (status === 401 || status === 403) {
    return new AppError(
      `${where} refused the worker (${status}): ${reason ?? 'the key may not register agents'}`,
    );
  }
  return new AppError(`${where} answered ${status} in place of a WebSocket`, {
    hint: 'check that LIVEKIT_URL is livekit-server’s, and that a proxy before it passes WebSockets',
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > MAX_CHARACTERS) break;
    }
  } catch {
    // Cut off: what came says enough.
  }
  return text.slice(0, MAX_CHARACTERS);
}
