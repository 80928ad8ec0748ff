import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { WebError } from './web-error.ts';

/** Whose conversation a key gives back. */
export interface Resumable {
  room: string;
  identity: string;
}

/** LiveKit's tokens are signed with the same secret: neither may pass for the other. */
const PURPOSE = 'voice-agent resume key v1';

const content = z.strictObject({
  room: z.string(),
  identity: z.string(),
  untilMs: z.number(),
  salt: z.string(),
});

/**
 * A key with which a caller's page gets the same identity in the same room again, and with it the conversation so far. It
 * is signed and kept nowhere, so that every replica of the page takes it. Whoever holds it is the caller: it is as
 * secret as a token, and may be used again until `untilMs`, as the answer to its first use may be lost on the way.
 *
 * @param untilMs - milliseconds since the epoch; it is refused after that.
 */
export function makeResumeKey(apiSecret: string, { room, identity }: Resumable, untilMs: number): string {
  const salt = randomBytes(12).toString('base64url');
  const text = Buffer.from(JSON.stringify({ room, identity, untilMs, salt })).toString('base64url');
  return `${text}.${signatureOf(apiSecret, text).toString('base64url')}`;
}

/**
 * @param room - the room that was asked for beside the key, if any.
 * @throws WebError 403 for a key that was not made with this secret, or is for another room; 410 for one whose time is over.
 */
export function readResumeKey(apiSecret: string, key: string, nowMs: number, room?: string): Resumable {
  const [text = '', signature = '', ...more] = key.split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(apiSecret, text);
  const isOurs = more.length === 0 && given.length === right.length && timingSafeEqual(given, right);
  if (!isOurs) {
    throw new WebError(403, 'The resume key is not one of this server.', {
      hint: 'Ask for a token without it; the call then begins anew.',
    });
  }
  const { untilMs, ...resumable } = content.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  if (nowMs >= untilMs) {
    throw new WebError(410, 'The time to come back to this call is over.', {
      hint: 'Ask for a token without the resume key; the call then begins anew.',
    });
  }
  if (room !== undefined && room !== resumable.room) {
    throw new WebError(403, 'The resume key is for another room.', {
      hint: 'Leave the room out: the key names it.',
    });
  }
  return { room: resumable.room, identity: resumable.identity };
}

const signatureOf = (apiSecret: string, text: string): Buffer =>
  createHmac('sha256', apiSecret).update(PURPOSE).update('\0').update(text).digest();
