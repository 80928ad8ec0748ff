import http from 'node:http';
import https from 'node:https';

/**
 * Has the framework's WebSocket to LiveKit go through a proxy. It is opened with `ws` and no agent (`worker.js` of
 * agents 1.9.0 has no option for one), which then connects directly; `ws` looks `request` up each time.
 *
 * @param url - LiveKit's; requests to other hosts, and those with an agent of their own, stay as they are.
 * @returns what takes it back.
 */
export function openSocketsThrough(url: string, agent: http.Agent): () => void {
  const { hostname: named, protocol } = new URL(url);
  const hostname = named.replace(/^\[|\]$/g, '');
  const module = /^(wss|https):$/.test(protocol) ? https : http;
  const { request } = module;
  const through = (...given: unknown[]) => {
    const [options, ...rest] = given;
    const isOurs = isPlain(options) && options.host === hostname && options.agent === undefined;
    return Reflect.apply(request, module, isOurs ? [{ ...options, agent }, ...rest] : given);
  };
  Reflect.set(module, 'request', through);
  return () => void Reflect.set(module, 'request', request);
}

const isPlain = (options: unknown): options is http.RequestOptions =>
  typeof options === 'object' && options !== null && !(options instanceof URL);
