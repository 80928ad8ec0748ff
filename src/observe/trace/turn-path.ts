import type { PartsMs } from '../call-events.ts';
import { CRITICAL_PATH, type Span } from './span.ts';

/** The parts of a turn that follow one another (`call/turn-record.ts`), and what their spans are called. */
const PATH = [
  ['pauseMs', 'pause'],
  ['sttMs', 'stt'],
  ['holdMs', 'end of turn'],
  ['llmTtftMs', 'llm'],
  ['clauseMs', 'first clause'],
  ['ttsTtfbMs', 'tts'],
  ['readyMs', 'playout'],
] as const;

/** The framework's coarser ones, of a provider's own transcriber. */
const COARSE_PATH = [
  ['endpointingMs', 'end of turn'],
  ['llmTtftMs', 'llm'],
  ['ttsTtfbMs', 'tts'],
] as const;

/** A millisecond is what rounding makes. */
const ROUNDING_MS = 1;

export interface TurnPath {
  readonly parentId: string;
  /** The caller's last sound. */
  readonly startMs: number;
  /** Until the answer is heard. */
  readonly totalMs: number;
  readonly parts: PartsMs;
}

/**
 * The spans that a caller waited for, one after the other from their last sound until they hear the answer. What no part
 * accounts for is a span too, so that they add up to the turn; the decision that the turn was over lies beside them.
 */
export function pathOf({ parentId, startMs, totalMs, parts }: TurnPath): Span[] {
  const path = parts.readyMs === undefined ? COARSE_PATH : PATH;
  const spans: Span[] = [];
  const endMs = startMs + totalMs;
  let fromMs = startMs;
  const add = (name: string, ms: number) => {
    const span = { name, parentId, startMs: fromMs, endMs: Math.min(endMs, fromMs + ms) };
    fromMs = span.endMs;
    spans.push({ ...span, attributes: { [CRITICAL_PATH]: true } });
  };
  for (const [part, name] of path) {
    const ms = parts[part];
    if (ms !== undefined) add(name, ms);
  }
  if (endMs - fromMs > ROUNDING_MS) add('unaccounted', endMs - fromMs);
  if (path === PATH && parts.endpointingMs !== undefined)
    spans.push({
      ...{ name: 'endpointing', parentId, startMs, endMs: startMs + parts.endpointingMs },
      attributes: { [CRITICAL_PATH]: false },
    });
  return spans;
}
