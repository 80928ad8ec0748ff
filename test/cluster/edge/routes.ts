/** What of an HTTPRoute decides where a request goes; the rest of it is refused, not ignored. */
export interface HttpRoute {
  metadata: { name: string; namespace: string };
  spec: {
    parentRefs: { name: string; namespace?: string }[];
    hostnames?: string[];
    rules?: HttpRouteRule[];
  };
  status?: { parents?: { parentRef: { name: string; namespace?: string }; conditions: Condition[] }[] };
}

interface Condition {
  type: string;
  status: string;
}

/** Whether the Gateway takes the route and finds what it names. Where nobody judges it, it is taken. */
export function isTaken({ status }: HttpRoute, gateway: { name: string; namespace: string }): boolean {
  const verdicts = (status?.parents ?? []).filter(
    ({ parentRef }) => parentRef.name === gateway.name && parentRef.namespace === gateway.namespace,
  );
  return verdicts.every(({ conditions }) =>
    ['Accepted', 'ResolvedRefs'].every((type) =>
      conditions.some((one) => one.type === type && one.status === 'True'),
    ),
  );
}

interface HttpRouteRule {
  matches?: { path?: { type?: string; value?: string } }[];
  backendRefs?: { name: string; namespace?: string; port?: number }[];
  timeouts?: { request?: string };
}

/** A Service's port. */
export interface Backend {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** The Service that a request for a host and path belongs to: the longest prefix wins. */
export function backendFor(routes: readonly HttpRoute[], host: string, path: string): Backend | undefined {
  const wanted = routes.filter(({ spec }) => !spec.hostnames || spec.hostnames.includes(host));
  const matches = wanted.flatMap(({ metadata, spec }) =>
    (spec.rules ?? []).flatMap((rule) =>
      prefixesOf(rule).map((prefix) => ({ prefix, backend: backendOf(rule, metadata.namespace) })),
    ),
  );
  const fitting = matches.filter(({ prefix }) => isBelow(path, prefix));
  return fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.backend;
}

function prefixesOf({ matches = [{}] }: HttpRouteRule): string[] {
  return matches.map(({ path = {} }) => {
    const { type = 'PathPrefix', value = '/' } = path;
    if (type !== 'PathPrefix') throw new Error(`HTTPRoute: no ${type} matches here`);
    return value;
  });
}

function backendOf({ backendRefs = [] }: HttpRouteRule, own: string): Backend {
  const [ref, ...others] = backendRefs;
  if (!ref?.port || others.length > 0) throw new Error('HTTPRoute: a rule has one backend with a port here');
  return { namespace: ref.namespace ?? own, name: ref.name, port: ref.port };
}

/** By whole elements of the path: `/rtc` holds `/rtc/v1`, not `/rtcx`. */
function isBelow(path: string, prefix: string): boolean {
  const base = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return path === base || path.startsWith(`${base}/`);
}
