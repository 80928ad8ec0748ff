import type { Clock } from '../openai/clock.ts';
import { askWorker, type WorkersParts, workerUrls } from './workers.ts';

/** Whether somebody can answer: a call slot is free, all are taken, no worker is there, or nobody can tell. */
export type Lines = 'free' | 'busy' | 'none' | 'unknown';

const KEPT_MS = 2000;

/**
 * Asks all workers at a URL for their lines, at most every two seconds. LiveKit's API does not tell: a dispatch without
 * a worker and one that all workers refused both have no job (livekit-server, pkg/agent/client.go: LaunchJob logs them).
 */
export function askWorkers({ url, clock, ...parts }: WorkersParts & { clock: Clock }): () => Promise<Lines> {
  let kept: { untilMs: number; lines: Promise<Lines> } | undefined;
  return () => {
    if (kept && clock.now() < kept.untilMs) return kept.lines;
    const lines = linesAt(url, parts).then((told) => told.lines);
    kept = { untilMs: clock.now() + KEPT_MS, lines };
    return lines;
  };
}

/** What workers say of their lines; `free` counts those that are known to be. */
export interface ToldLines {
  lines: Lines;
  free: number;
  /** So many workers take no call though a slot is free: those that run keep them too busy. */
  overloaded: number;
}

export const UNKNOWN_LINES: ToldLines = { lines: 'unknown', free: 0, overloaded: 0 };
const NO_LINES: ToldLines = { ...UNKNOWN_LINES, lines: 'none' };

/** Asks all workers at a URL once. */
export async function linesAt(url: string, parts: Omit<WorkersParts, 'url'> = {}): Promise<ToldLines> {
  try {
    const urls = await workerUrls('/metrics', { ...parts, url });
    return together(await Promise.all(urls.map((at) => linesOf(at, parts.fetch))));
  } catch {
    return UNKNOWN_LINES;
  }
}

/** One free line is enough; one worker that cannot be asked may have one. */
export function together(answers: readonly ToldLines[]): ToldLines {
  const order: readonly Lines[] = ['free', 'unknown', 'busy'];
  const lines = order.find((one) => answers.some((answer) => answer.lines === one)) ?? 'none';
  const sum = (key: 'free' | 'overloaded') => answers.reduce((total, answer) => total + answer[key], 0);
  return { lines, free: sum('free'), overloaded: sum('overloaded') };
}

async function linesOf(url: URL, ask?: typeof fetch): Promise<ToldLines> {
  try {
    return linesIn(await (await askWorker(url, ask)).text());
  } catch {
    return UNKNOWN_LINES;
  }
}

/** What a worker's page of metrics says of its lines; one that is not registered, or drains, takes no call. */
export function linesIn(metrics: string): ToldLines {
  const gauge = (name: string) => {
    const [, value] = new RegExp(`^voice_agent_${name} (\\d+)$`, 'm').exec(metrics) ?? [];
    return value === undefined ? undefined : Number(value);
  };
  const [slots, used] = [gauge('call_slots'), gauge('calls_active')];
  if (slots === undefined || used === undefined) return UNKNOWN_LINES;
  if (gauge('registered') !== 1 || gauge('draining') === 1) return NO_LINES;
  const free = Math.max(0, slots - used);
  if (free > 0 && gauge('overloaded') === 1) return { lines: 'busy', free: 0, overloaded: 1 };
  return { lines: free > 0 ? 'free' : 'busy', free, overloaded: 0 };
}
