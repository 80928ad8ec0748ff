import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/rules.ts';
import { type Credential, type Credentials, THIS_MACHINE } from './credentials.ts';
import { WebError } from './web-error.ts';

/** What of a request decides whether it is served. */
export interface Visitor {
  /** Of the socket itself, never of a header. */
  remoteAddress: string | undefined;
  headers: IncomingHttpHeaders;
}

export interface AccessRules {
  /** Address the server is bound to. */
  host: string;
  /** Once there is one it is always wanted: a proxy on this machine makes everybody look local. */
  credentials: Credentials;
  /** `npm run dev`: without credentials, browsers and terminals of this machine are served. */
  openLocally: boolean;
}

/** What a visitor must bring: nothing, the credential, or nothing that would help. */
export type CredentialNeed = 'none' | 'wanted' | 'not-configured';

const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

/**
 * Whether a request seems to come from this machine's own browser or terminal; a default nginx on this machine sends
 * nothing that tells its visitors apart, so this never stands in for a token that is set. The Host header must name loopback too: a
 * web site that re-points its name at 127.0.0.1 (DNS rebinding) reaches the socket, but still sends its own name.
 */
export function isLocalVisitor(host: string, { remoteAddress, headers }: Visitor): boolean {
  if (!isLoopback(host) || !isLoopback((remoteAddress ?? '').replace(/^::ffff:/, ''))) return false;
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  if (!namesLoopback(headers.host)) return false;
  return headers.origin === undefined || isSameOrigin(headers.origin, headers.host);
}

/** @param host - of the header. */
export function namesLoopback(host: string | undefined): boolean {
  const named = `http://${host ?? ''}`;
  return URL.canParse(named) && isLoopback(new URL(named).hostname);
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** What the page has to ask its user for. */
export function credentialNeed(rules: AccessRules, visitor: Visitor): CredentialNeed {
  if (!rules.credentials.isEmpty) return 'wanted';
  return rules.openLocally && isLocalVisitor(rules.host, visitor) ? 'none' : 'not-configured';
}

/**
 * The credential that a visitor brings, or that stands for one who needs none.
 *
 * @throws WebError 401 or 403 when there is none.
 */
export function requireAccess(rules: AccessRules, visitor: Visitor): Credential {
  const need = credentialNeed(rules, visitor);
  if (need === 'none') return THIS_MACHINE;
  if (need === 'not-configured') {
    throw new WebError(403, 'This server has no WEB_TOKEN, so nobody can call from here.', {
      hint: 'Start it with WEB_TOKEN set to a random text (`openssl rand -hex 24`), and enter that on the page.',
    });
  }
  const given = bearerOf(visitor.headers);
  if (given === undefined) {
    throw new WebError(401, 'This server wants a credential.', {
      hint: 'Send it as `Authorization: Bearer …`; on the page, enter it as access token.',
    });
  }
  const credential = rules.credentials.find(given);
  if (credential) return credential;
  throw new WebError(401, 'The credential is not the one this server wants.', {
    hint: "Compare it with the server's WEB_TOKEN, or with the token file of a credential.",
  });
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
