import { randomBytes } from 'node:crypto';
import type { Right } from '../config/credentials.ts';
import type { Credential } from './credentials.ts';
import { matchesAny } from './glob.ts';
import { WebError } from './web-error.ts';

/** @throws WebError 403 unless the credential has the right. */
export function requireRight({ name, may }: Credential, right: Right): void {
  if (may.includes(right)) return;
  throw new WebError(403, `The credential “${name}” lacks the right “${right}”.`, {
    hint: `Its rights are ${may.join(', ')}: web.credentials of the server's configuration gives them.`,
  });
}

/** What a call is asked for with. */
export interface WantedCall {
  room?: string | undefined;
  prompt?: string | undefined;
}

/**
 * The call that a credential may have. Where it may not join every room, one without a name gets a name of its first
 * pattern that cannot be guessed; where it may not have every prompt, one without a prompt gets the configured one by
 * name, so that the room's metadata cannot choose another.
 *
 * @param configured - the prompt of a call that names none
 * @throws WebError 403 with what is not allowed, room or prompt.
 */
export function permittedCall<T extends WantedCall>(
  credential: Credential,
  wanted: T,
  configured: string,
): T {
  const room = wanted.room ?? roomFor(credential);
  const prompt = wanted.prompt ?? (credential.prompts.includes('*') ? undefined : configured);
  if (room !== undefined) requireName(credential, 'room', room);
  if (prompt !== undefined) requireName(credential, 'prompt', prompt);
  return { ...wanted, room, prompt };
}

function requireName({ name, rooms, prompts }: Credential, kind: 'room' | 'prompt', wanted: string): void {
  const patterns = kind === 'room' ? rooms : prompts;
  if (matchesAny(patterns, wanted)) return;
  throw new WebError(403, `The credential “${name}” may not use the ${kind} “${wanted}”.`, {
    hint: `Its ${kind}s are ${patterns.join(', ')}: web.credentials of the server's configuration gives them.`,
  });
}

/** `undefined` leaves the name to whoever makes the token. */
function roomFor({ rooms }: Credential): string | undefined {
  if (rooms.includes('*')) return undefined;
  return rooms[0]?.replaceAll('*', () => randomBytes(9).toString('base64url'));
}
