import { createHash, createHmac } from 'node:crypto';

/** What a TURN server asks for. */
export interface Credentials {
  username: string;
  password: string;
}

/** Key of the long-term credential mechanism, RFC 8489 §9.2.2: MD5 is the standard's choice, and all servers'. */
export const longTermKey = ({ username, password }: Credentials, realm: string): Buffer =>
  createHash('md5').update(`${username}:${realm}:${password}`).digest();

export interface EphemeralOptions {
  /** Names the user in the server's log. */
  user: string;
  ttlMs: number;
  /** Milliseconds since 1970. */
  nowMs: number;
}

/**
 * Credentials that end by themselves, made from a secret shared with the server: coturn's REST API
 * (draft-uberti-behave-turn-rest-00), STUNner's `ephemeral`, and what LiveKit makes for its clients.
 */
export function ephemeralCredentials(secret: string, { user, ttlMs, nowMs }: EphemeralOptions): Credentials {
  const username = `${Math.floor((nowMs + ttlMs) / 1000)}:${user}`;
  return { username, password: createHmac('sha1', secret).update(username).digest('base64') };
}
