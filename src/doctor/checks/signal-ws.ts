import { messageOf } from '../../errors.ts';
import type { Check, Finding, Means } from '../check.ts';
import type { Seen } from '../seen.ts';
import { belowUrl, openSignalling, type Refused } from '../signalling.ts';
import { signalTarget } from './signal-tcp.ts';

const UPGRADE = `have the proxy pass WebSockets; nginx:
proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";`;

/** A WebSocket reaches LiveKit, and not something else that stands at its address. */
export const signalWs: Check<{ seen: Seen }> = {
  id: 'signal-ws',
  proves: 'a WebSocket reaches LiveKit',
  needs: ['signal-tcp', 'signal-tls'],
  async run({ seen, signal, fetch }) {
    const { url, host, port, setting } = signalTarget(seen);
    const answer = await openSignalling(url, undefined, signal).catch((thrown: Error) => thrown);
    if (answer instanceof Error)
      return {
        verdict: 'fail',
        evidence: messageOf(answer),
        cause: 'what listens there answers no request for a WebSocket, as an HTTP server does',
        fix: `correct ${setting}, which names ${host}:${port}, or see which program has that port`,
      };
    if (!('status' in answer)) {
      await answer.leave();
      return { verdict: 'fail', evidence: 'what answers lets everybody in', fix: `see what is at ${url}` };
    }
    // pkg/service/rtcservice.go of 1.13.3, to a WebSocket without a token; to a plain request it says 404.
    if (answer.status === 401) return 'LiveKit asks for a token';
    return (await isLiveKit(url, { fetch, signal }))
      ? {
          verdict: 'fail',
          evidence: said(answer),
          cause: 'LiveKit is there, but the Upgrade header is lost on the way to it',
          fix: UPGRADE,
        }
      : stranger(answer, seen);
  },
};

/** It says OK at its root. */
async function isLiveKit(url: string, { fetch, signal }: Pick<Means, 'fetch' | 'signal'>): Promise<boolean> {
  try {
    const response = await fetch(belowUrl(url, '/', 'http'), { signal, redirect: 'manual' });
    return response.ok && (await response.text()).trim() === 'OK';
  } catch {
    return false;
  }
}

/** What answered in LiveKit's place, without a word that it may have of ours. */
function said({ status, headers }: Refused): string {
  const by = headers.server === undefined ? '' : ` by ${headers.server.slice(0, 40)}`;
  const kind = headers['content-type'] === undefined ? '' : `, ${headers['content-type'].slice(0, 40)}`;
  return `${status}${by}${kind}`;
}

function stranger(answer: Refused, seen: Seen): Finding {
  const { host, setting } = signalTarget(seen);
  const { status, headers, text } = answer;
  const fail = (cause: string, fix: string): Finding => ({
    verdict: 'fail',
    evidence: said(answer),
    cause,
    fix,
  });
  const routes = `see the HTTPRoute’s status (kubectl get httproute -o yaml: Accepted and ResolvedRefs must be True), and that its hostnames have ${host}`;
  if (/HTTP request (was sent )?to an? HTTPS/i.test(text))
    return fail('the port speaks TLS', `${setting} must begin with wss:`);
  if (status >= 300 && status < 400)
    return fail(
      `it sends us on to ${originOf(headers.location)}: a login page, or the way from http to https`,
      `${setting} must be LiveKit’s own address, begin with wss: where there is TLS, and need no login before it`,
    );
  if (status === 407)
    return fail('a proxy wants a password', 'put it into HTTPS_PROXY, or exempt LiveKit by NO_PROXY');
  if (status >= 502 && status <= 504)
    return fail(
      'a gateway is there, and does not reach LiveKit behind it',
      'see that LiveKit’s pods are ready and its Service has endpoints (kubectl get pods,endpointslices), and the port of the HTTPRoute’s backendRefs',
    );
  if (status === 404) return fail('what is there has no route to LiveKit for this name and path', routes);
  return fail('another server is there in LiveKit’s place', `correct ${setting}; ${routes}`);
}

function originOf(location = ''): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}
