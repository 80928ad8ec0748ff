import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from '../observe/log.ts';
import {
  type AccessRules,
  type CredentialNeed,
  credentialNeed,
  requireAccess,
  type Visitor,
} from './access.ts';
import type { Credential } from './credentials.ts';
import { WebError } from './web-error.ts';

const WINDOW_MS = 60_000;
/** By client: wrong credentials. They are counted apart, so that strangers never keep out who has the right one. */
const FAILURES = 30;
/** By client: everything that a credential opens. */
const REQUESTS = 300;
const CALLS_BY_CLIENT = 30;
/** Many callers share one credential. */
const CALLS_BY_CREDENTIAL = 120;
/** By caller who comes back with a key of ours: many of them may come at once from one network. */
const RETURNS_BY_CALLER = 30;
/** Proxies that are warned of, at most: anybody can send the header. */
const WARNINGS = 10;

type Limit = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Who may ask, and how often. A client is the address of the socket, or what a trusted proxy says of it
 * (`WEB_TRUSTED_PROXIES`), of IPv6 the /64. Counts are this process's own.
 */
export class Gate {
  readonly #rules: AccessRules;
  readonly #log: Log;
  readonly #warned = new Set<string | undefined>();
  readonly #names = new WeakMap<FastifyRequest, string>();
  readonly #failures: Limit;
  readonly #requests: Limit;
  readonly #callsByClient: Limit;
  readonly #callsByCredential: Limit;
  readonly #returning = new WeakMap<FastifyRequest, string>();
  readonly #returnsByCaller: Limit;

  /** @param app - with @fastify/rate-limit, which counts */
  constructor(app: FastifyInstance, rules: AccessRules, log: Log) {
    this.#rules = rules;
    this.#log = log;
    const limit = (max: number) => app.createRateLimit({ max, timeWindow: WINDOW_MS });
    this.#failures = limit(FAILURES);
    this.#requests = limit(REQUESTS);
    this.#callsByClient = limit(CALLS_BY_CLIENT);
    this.#callsByCredential = app.createRateLimit({
      max: CALLS_BY_CREDENTIAL,
      timeWindow: WINDOW_MS,
      keyGenerator: (request) => this.#names.get(request) ?? '',
    });
    this.#returnsByCaller = app.createRateLimit({
      max: RETURNS_BY_CALLER,
      timeWindow: WINDOW_MS,
      keyGenerator: (request) => this.#returning.get(request) ?? '',
    });
    app.addHook('onRequest', async (request) => this.#checkProxy(request));
  }

  need(request: FastifyRequest): CredentialNeed {
    return credentialNeed(this.#rules, visitorOf(request));
  }

  /** @throws WebError 401 or 403 without a credential that opens, 429 when there were too many requests. */
  async admit(request: FastifyRequest): Promise<Credential> {
    const credential = await this.authenticated(request, () =>
      requireAccess(this.#rules, visitorOf(request)),
    );
    this.#names.set(request, credential.name);
    return credential;
  }

  /**
   * Counts a request by whether it brings what it needs.
   *
   * @param check - throws WebError 401 when it does not.
   */
  async authenticated<T>(request: FastifyRequest, check: () => T | Promise<T>): Promise<T> {
    try {
      const result = await check();
      await count(this.#requests, request, 'Too many requests from this address.');
      return result;
    } catch (error) {
      if (error instanceof WebError && error.statusCode === 401)
        await count(
          this.#failures,
          request,
          'Too many requests without a valid credential from this address.',
        );
      throw error;
    }
  }

  /**
   * Counts a call of an admitted request.
   *
   * @throws WebError 429 when its client or its credential had too many.
   */
  async countCall(request: FastifyRequest): Promise<void> {
    await count(this.#callsByClient, request, 'Too many calls from this address.');
    await count(this.#callsByCredential, request, 'Too many calls with this credential.');
  }

  /**
   * Counts the return of a caller, who was counted as they called.
   *
   * @throws WebError 429 when they returned too often.
   */
  async countReturn(request: FastifyRequest, identity: string): Promise<void> {
    this.#returning.set(request, identity);
    await count(this.#returnsByCaller, request, 'Too many returns to this call.');
  }

  /** A header that is not used leaves all who come through that proxy one client. */
  #checkProxy({ headers, ips, ip, socket: { remoteAddress } }: FastifyRequest): void {
    if (isIP(ip) === 0) {
      throw new WebError(400, 'The proxy before this server names a client that is not an IP address.', {
        hint: 'Have it put plain addresses into X-Forwarded-For, or leave it out of WEB_TRUSTED_PROXIES.',
      });
    }
    const isUnused = headers['x-forwarded-for'] !== undefined && (ips?.length ?? 1) < 2;
    if (!isUnused || this.#warned.has(remoteAddress) || this.#warned.size >= WARNINGS) return;
    this.#warned.add(remoteAddress);
    this.#log.warn(
      { proxy: remoteAddress },
      'X-Forwarded-For is not used: its sender is not in WEB_TRUSTED_PROXIES, and counts as one client',
    );
  }
}

/** Who is local is decided by the socket alone, never by a header. */
const visitorOf = ({ socket, headers }: FastifyRequest): Visitor => ({
  remoteAddress: socket.remoteAddress,
  headers,
});

async function count(limit: Limit, request: FastifyRequest, message: string): Promise<void> {
  const found = await limit(request);
  if (found.isAllowed || !found.isExceeded) return;
  const retryAfterS = Math.max(1, found.ttlInSeconds);
  throw new WebError(429, message, { hint: `Try again in ${retryAfterS} seconds.`, retryAfterS });
}
