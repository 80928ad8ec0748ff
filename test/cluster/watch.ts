import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type KubeObject, readAnswer, type WatchEvent } from './answer.ts';

const RETRY_AFTER_MS = 200;

type Open = (path: string) => Promise<IncomingMessage>;
type Listener<T> = (event: WatchEvent<T>) => void;

/** See `Api.watch`. */
export async function watchObjects<T extends KubeObject>(
  open: Open,
  path: string,
  onEvent: Listener<T>,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>();
  const at = (query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const list = async () => {
    const answer = await open(path).then(readAnswer);
    const { items, metadata } = answer as { items: T[]; metadata: { resourceVersion: string } };
    tellDifferences(known, items, onEvent);
    return metadata.resourceVersion;
  };
  let version = await list();
  const follow = async () => {
    while (!signal.aborted) {
      try {
        const response = await open(at(`watch=1&resourceVersion=${version}`));
        if (response.statusCode !== 200) await readAnswer(response);
        version = await readEvents(response, version, known, onEvent, signal);
      } catch (error) {
        if (signal.aborted) return;
        await sleep(RETRY_AFTER_MS);
        // Too old to go on from: start over.
        if (error instanceof ApiError) version = await list().catch(() => version);
      }
    }
  };
  void follow();
}

function tellDifferences<T extends KubeObject>(
  known: Map<string, T>,
  items: readonly T[],
  onEvent: Listener<T>,
) {
  const found = new Map(items.map((object) => [keyOf(object), object]));
  for (const [key, object] of known) {
    if (found.has(key)) continue;
    known.delete(key);
    onEvent({ type: 'DELETED', object });
  }
  for (const [key, object] of found) {
    const before = known.get(key);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    known.set(key, object);
    onEvent({ type: before ? 'MODIFIED' : 'ADDED', object });
  }
}

const keyOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`;

/** @returns the version to go on from. */
async function readEvents<T extends KubeObject>(
  response: IncomingMessage,
  from: string,
  known: Map<string, T>,
  onEvent: Listener<T>,
  signal: AbortSignal,
): Promise<string> {
  let version = from;
  const end = () => response.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    for await (const line of linesOf(response)) {
      const { type, object } = JSON.parse(line) as { type: string; object: T };
      if (type === 'ERROR') {
        const { code, reason, message } = object as unknown as Record<string, string>;
        throw new ApiError(Number(code), reason ?? '', message ?? '');
      }
      version = object.metadata.resourceVersion ?? version;
      if (type === 'DELETED') known.delete(keyOf(object));
      else known.set(keyOf(object), object);
      onEvent({ type: type as WatchEvent<T>['type'], object });
    }
    return version;
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Ends with an error when the connection is lost, which an interface of node:readline would wait out for ever. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
