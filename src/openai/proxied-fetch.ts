import { type ProxyOf, proxyNameOf, useProxies } from './proxy.ts';
import { nodeTransport } from './transport.ts';

const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * A `fetch` that goes through the proxies of this process, for libraries that bring none, such as livekit-server-sdk.
 * What has no proxy is left to `direct`. Through a proxy no redirect is followed.
 */
export function proxiedFetch(direct: typeof fetch): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (proxyNameOf(url) === undefined) return direct(input, init);
    const request = new Request(input, init);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const { method, headers, signal } = request;
    const answer = await nodeTransport({
      ...{ url, method, body, signal },
      headers: Object.fromEntries(headers),
      onConnected() {},
    });
    const isEmpty = WITHOUT_BODY.has(answer.status);
    if (isEmpty) answer.close();
    return new Response(isEmpty ? null : ReadableStream.from(answer.body), answer);
  };
}

/** Has everything in this process that speaks HTTP by `openai/` or `fetch` go through these proxies. Call it once. */
export function goThroughProxies(find: ProxyOf): void {
  useProxies(find);
  globalThis.fetch = proxiedFetch(globalThis.fetch);
}
