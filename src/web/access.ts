import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/rules.ts';
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
  /** Credential for visitors from elsewhere. */
  token: string | undefined;
}

/** What a visitor must bring: nothing, the credential, or nothing that would help. */
export type CredentialNeed = 'none' | 'wanted' | 'not-configured';

const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

/**
 * Whether a request comes from this machine's own browser or terminal. The Host header must name loopback too: a
 * web site that re-points its name at 127.0.0.1 (DNS rebinding) reaches the socket, but still sends its own name.
 */
export function isLocalVisitor(host: string, { remoteAddress, headers }: Visitor): boolean {
  if (!isLoopback(host) || !isLoopback((remoteAddress ?? '').replace(/^::ffff:/, ''))) return false;
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  const named = `http://${headers.host ?? ''}`;
  if (!URL.canParse(named) || !isLoopback(new URL(named).hostname)) return false;
  return headers.origin === undefined || isSameOrigin(headers.origin, headers.host);
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** What the page has to ask its user for. */
export function credentialNeed(rules: AccessRules, visitor: Visitor): CredentialNeed {
  if (isLocalVisitor(rules.host, visitor)) return 'none';
  return rules.token ? 'wanted' : 'not-configured';
}

/** @throws WebError 401 or 403 unless the visitor is local or brings the credential. */
export function requireAccess(rules: AccessRules, visitor: Visitor): void {
  const need = credentialNeed(rules, visitor);
  if (need === 'none') return;
  if (need === 'not-configured' || !rules.token) {
    throw new WebError(403, 'Calls can only be started from the machine that serves this page.', {
      hint: 'Open it there as http://localhost, or set WEB_TOKEN to a long random text and enter that here.',
    });
  }
  const given = bearerOf(visitor.headers);
  if (given === undefined) {
    throw new WebError(401, 'This server wants a credential.', {
      hint: 'Send the value of WEB_TOKEN as `Authorization: Bearer …`; on the page, enter it as access token.',
    });
  }
  if (!isSameSecret(given, rules.token)) {
    throw new WebError(401, 'The credential is not the one this server wants.', {
      hint: "Compare it with the server's WEB_TOKEN.",
    });
  }
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Compares digests, which have one length, so that the time taken tells nothing. */
function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
