import type { Stage } from '../../config/providers/provider.ts';
import type { EndpointName } from '../../errors.ts';
import { AppError, EndpointError, messageOf } from '../../errors.ts';
import { urlHost } from '../../urls.ts';
import type { Finding, Verdict } from '../check.ts';
import type { Seen } from '../seen.ts';

/** A server that a stage's requests can go to. */
interface Server {
  baseUrl: string;
}

const WORST_FIRST: readonly Verdict[] = ['fail', 'warn', 'ok'];

/**
 * Tries one thing at each server of a stage's list, at the same time, since calls may go to any, and tells which one they use.
 * One that the hop `models` could not reach is not tried again; with nothing left to try, that hop explains this one.
 *
 * @param servers - in the order in which calls ask them.
 */
export async function atEachServer<S extends Server>(
  stage: Stage,
  servers: readonly S[],
  { unreachable = new Set() }: Seen,
  tryOne: (server: S) => Promise<Finding>,
): Promise<Finding> {
  const reachable = servers.filter(({ baseUrl }) => !unreachable.has(`${stage} ${baseUrl}`));
  if (reachable.length === 0)
    return { verdict: 'skip', because: 'models', cause: `needs «${MODELS.proves}» (${MODELS.id})` };
  const [only] = servers;
  if (servers.length === 1 && only) return tryOne(only);
  const found = await Promise.all(
    reachable.map(async (server) => named(server, servers.length > 1, await findingOf(() => tryOne(server)))),
  );
  const working = reachable.find((_, index) => found[index]?.verdict !== 'fail');
  const verdict =
    WORST_FIRST.find((one) => found.some((finding) => (finding.verdict ?? 'ok') === one)) ?? 'ok';
  const lines = (key: 'evidence' | 'cause' | 'fix') => [
    ...new Set(found.flatMap((finding) => finding[key] || [])),
  ];
  return {
    ...(verdict !== 'ok' && { verdict }),
    evidence: [...lines('evidence'), whichIsUsed(servers, working)].join('\n'),
    ...(lines('cause').length > 0 && { cause: lines('cause').join('\n') }),
    ...(lines('fix').length > 0 && { fix: lines('fix').join('\n') }),
  };
}

/** What a worker does whose breakers have seen the same: the first that works is asked, those before it now and then. */
function whichIsUsed(servers: readonly Server[], working: Server | undefined): string {
  if (!working) return `calls have none of the ${servers.length} endpoints`;
  const place = servers.indexOf(working) + 1;
  const instead = place === 1 ? '' : ', as none before it works; those are tried again now and then';
  return `calls use endpoint ${place} of ${servers.length}, ${urlHost(working.baseUrl)}${instead}`;
}

/** The hop that reaches every endpoint first. */
export const MODELS = { id: 'models', proves: 'model endpoints answer' };

/** What is thrown is a failure, as in `once.ts`. */
export async function findingOf(tryOne: () => Promise<Finding>): Promise<Finding> {
  try {
    return await tryOne();
  } catch (error) {
    const fix = error instanceof AppError ? error.hint : undefined;
    return { verdict: 'fail', evidence: messageOf(error), ...(fix && { fix }) };
  }
}

function named({ baseUrl }: Server, isOneOfMany: boolean, finding: Finding): Finding {
  if (!isOneOfMany || finding.evidence?.includes(urlHost(baseUrl))) return finding;
  return { ...finding, evidence: `${urlHost(baseUrl)}: ${finding.evidence ?? ''}` };
}

/** Whether nothing behind the URL can work: it does not answer, or takes no key of ours. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof EndpointError &&
    (error.failure === 'connect' ||
      error.failure === 'first-byte' ||
      error.status === 401 ||
      error.status === 403)
  );
}

/** How an answer came: of one that is streamed the first part comes long before the last. */
export interface Arrival {
  firstMs: number;
  lastMs: number;
  parts: number;
}

/** Below this a fast server cannot be told from one that keeps its answer back. */
const SLOW_MS = 500;
const FEW_PARTS = 4;
/** Of the whole time, what a stream takes at least from its first part to its last. */
const STREAMED_SHARE = 0.05;

/** What to do where the whole answer came at once, after a while. */
export function bufferHint(endpoint: EndpointName, { firstMs, lastMs, parts }: Arrival): string | undefined {
  const isStreamed = lastMs < SLOW_MS || lastMs - firstMs >= lastMs * STREAMED_SHARE;
  if (isStreamed || (endpoint === 'llm' && parts < FEW_PARTS)) return undefined;
  return endpoint === 'llm'
    ? 'its words came all at once at the end: something on the way buffers, and callers wait for the whole answer; nginx: proxy_buffering off; for this location'
    : 'its sound came all at once at the end: the server makes the whole before it sends, or a proxy buffers (nginx: proxy_buffering off;), and callers wait for it; choose a streaming server, such as Kokoro-FastAPI with TTS_FORMAT=pcm';
}
