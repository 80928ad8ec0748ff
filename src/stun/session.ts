import { TurnError } from '../errors.ts';
import { errorOf, textAttribute, textOf } from './attributes.ts';
import type { Connection } from './connection.ts';
import { type Credentials, longTermKey } from './credentials.ts';
import { type After, exchange } from './exchange.ts';
import { ATTRIBUTE, type Attribute, CLASS, METHOD, type Message, TRANSACTION_ID_BYTES } from './message.ts';

/** A nonce can go stale between two requests; one that always does is a fault. */
const MOST_ATTEMPTS = 4;

export interface SessionOptions {
  /** Ends what waits for an answer. */
  signal: AbortSignal;
  random: (size: number) => Buffer;
  after: After;
}

/** Signed requests to a TURN server, one after the other. */
export interface Session {
  /** Whether the server asked for credentials. */
  wasChallenged(): boolean;
  /** @param until - the answer is waited for; default: the session's own signal. @throws TurnError that says what went wrong. */
  request(method: number, attributes: readonly Attribute[], until?: AbortSignal): Promise<Message>;
}

interface Challenge {
  realm: string;
  nonce: string;
  key: Buffer;
}

/** Requests under the long-term credential mechanism, RFC 8489 §9.2: the first answer says what to sign with. */
export function createSession(
  connection: Connection,
  credentials: Credentials,
  { signal, random, after }: SessionOptions,
): Session {
  let challenge: Challenge | undefined;

  const send = (method: number, attributes: readonly Attribute[], until: AbortSignal) => {
    const proof = challenge
      ? [
          textAttribute(ATTRIBUTE.username, credentials.username),
          textAttribute(ATTRIBUTE.realm, challenge.realm),
          textAttribute(ATTRIBUTE.nonce, challenge.nonce),
        ]
      : [];
    const request = {
      method,
      class: CLASS.request,
      transactionId: random(TRANSACTION_ID_BYTES),
      attributes: [...attributes, ...proof],
    };
    return exchange(connection, request, { key: challenge?.key, signal: until, after });
  };

  return {
    wasChallenged: () => challenge !== undefined,
    async request(method, attributes, until = signal) {
      for (let attempt = 1; ; attempt++) {
        const answer = await send(method, attributes, until);
        if (answer.class === CLASS.success) return answer;
        const refusal = refusalOf(answer, challenge !== undefined);
        const isChallenge = (refusal.code === UNAUTHENTICATED && !challenge) || refusal.code === STALE_NONCE;
        if (!isChallenge || attempt === MOST_ATTEMPTS) throw refusal;
        challenge = challengeOf(answer, credentials, challenge?.realm);
      }
    },
  };
}

function challengeOf(answer: Message, credentials: Credentials, oldRealm?: string): Challenge {
  const realm = textOf(answer, ATTRIBUTE.realm) ?? oldRealm;
  const nonce = textOf(answer, ATTRIBUTE.nonce);
  if (realm === undefined || nonce === undefined)
    throw garbled('it asks for credentials, but gives no realm and nonce to make them with');
  return { realm, nonce, key: longTermKey(credentials, realm) };
}

const BAD_REQUEST = 400;
const UNAUTHENTICATED = 401;
const FORBIDDEN = 403;
const STALE_NONCE = 438;
const WRONG_CREDENTIALS = 441;

/** RFC 8489 §14.8 and RFC 8656 §19, for people. */
const MEANINGS: Readonly<Record<number, string>> = {
  300: 'it sends clients to another server',
  400: 'it cannot read the request',
  403: 'it forbids this client or this address',
  420: 'it does not know an attribute of the request',
  437: 'it has another allocation for this client',
  438: 'its nonces are always stale',
  440: 'it relays no IPv4',
  442: 'it relays no UDP',
  486: 'this user has all the allocations that one may have',
  500: 'it failed inside',
  508: 'it has no relay port left',
};

/** @param showedCredentials - then 400 is Pion's, and so STUNner's, answer to wrong ones. */
function refusalOf(answer: Message, showedCredentials: boolean): TurnError {
  const { code, reason } = errorOf(answer) ?? {};
  // Pion, and so STUNner, says no more than that of an address that no route leads to.
  if (code === undefined && answer.method === METHOD.createPermission)
    return new TurnError('it relays nothing to this address', { failure: 'status', code: FORBIDDEN });
  if (code === undefined) return garbled('the answer is an error without a code');
  const isAboutCredentials =
    code === UNAUTHENTICATED || code === WRONG_CREDENTIALS || (code === BAD_REQUEST && showedCredentials);
  const meaning = isAboutCredentials ? 'it does not take our credentials' : (MEANINGS[code] ?? reason);
  return new TurnError(`${code}: ${meaning}`, {
    failure: isAboutCredentials ? 'credentials' : 'status',
    code,
  });
}

export const garbled = (problem: string) => new TurnError(problem, { failure: 'garbled' });
