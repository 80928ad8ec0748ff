import { randomBytes } from 'node:crypto';
import { TurnError } from '../errors.ts';
import {
  errorOf,
  numberAttribute,
  REQUEST_UDP_RELAY,
  textAttribute,
  textOf,
  xorAddressOf,
} from './attributes.ts';
import { type Connect, type Connection, type Door, openConnection } from './connection.ts';
import { type Credentials, longTermKey } from './credentials.ts';
import { type After, exchange } from './exchange.ts';
import { ATTRIBUTE, type Attribute, CLASS, METHOD, type Message, TRANSACTION_ID_BYTES } from './message.ts';

export interface TurnOptions {
  /** Ends the whole attempt. */
  signal: AbortSignal;
  connect?: Connect;
  random?: (size: number) => Buffer;
  after?: After;
}

export interface Allocated {
  /** Where the relay meets the other side, such as `10.0.3.7:50123`. */
  relayed: string;
  /** Whether the server asked for no credentials. */
  isOpenToAll: boolean;
}

/** A nonce can go stale between two requests; one that always does is a fault. */
const MOST_ATTEMPTS = 4;

/**
 * Takes an allocation (a relayed UDP address, RFC 8656) and gives it back. A server that does not let it be given back
 * would not prolong it either, and so end calls after some minutes: a failure too.
 *
 * @throws TurnError that says what went wrong, without naming the server.
 */
export async function tryAllocation(
  door: Door,
  credentials: Credentials,
  { signal, connect = openConnection, random = randomBytes, after = systemAfter }: TurnOptions,
): Promise<Allocated> {
  const connection = await connect(door, signal);
  try {
    const session = createSession(connection, credentials, { signal, random, after });
    const answer = await session.request(METHOD.allocate, [REQUEST_UDP_RELAY]);
    const relayed = xorAddressOf(answer, ATTRIBUTE.relayedAddress);
    if (!relayed) throw garbled('the allocation has no address');
    await session.request(METHOD.refresh, [numberAttribute(ATTRIBUTE.lifetime, 0)]).catch((error) => {
      // Released already, by a request whose answer was lost: RFC 8656 §7.3.
      if (!(error instanceof TurnError && error.code === ALLOCATION_MISMATCH)) throw error;
    });
    return { relayed, isOpenToAll: !session.wasChallenged() };
  } finally {
    connection.close();
  }
}

interface Challenge {
  realm: string;
  nonce: string;
  key: Buffer;
}

/** Requests under the long-term credential mechanism, RFC 8489 §9.2: the first answer says what to sign with. */
function createSession(
  connection: Connection,
  credentials: Credentials,
  { signal, random, after }: Required<Omit<TurnOptions, 'connect'>>,
) {
  let challenge: Challenge | undefined;

  const send = (method: number, attributes: readonly Attribute[]) => {
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
    return exchange(connection, request, { key: challenge?.key, signal, after });
  };

  return {
    wasChallenged: () => challenge !== undefined,
    async request(method: number, attributes: readonly Attribute[]): Promise<Message> {
      for (let attempt = 1; ; attempt++) {
        const answer = await send(method, attributes);
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
const ALLOCATION_MISMATCH = 437;
const STALE_NONCE = 438;
const WRONG_CREDENTIALS = 441;

/** RFC 8489 §14.8 and RFC 8656 §19, for people. */
const MEANINGS: Readonly<Record<number, string>> = {
  300: 'it sends clients to another server',
  400: 'it cannot read the request',
  403: 'it forbids this client',
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
  if (code === undefined) return garbled('the answer is an error without a code');
  const isAboutCredentials =
    code === UNAUTHENTICATED || code === WRONG_CREDENTIALS || (code === BAD_REQUEST && showedCredentials);
  const meaning = isAboutCredentials ? 'it does not take our credentials' : (MEANINGS[code] ?? reason);
  return new TurnError(`${code}: ${meaning}`, {
    failure: isAboutCredentials ? 'credentials' : 'status',
    code,
  });
}

const garbled = (problem: string) => new TurnError(problem, { failure: 'garbled' });

const systemAfter: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
