import { percentile } from '../../src/bench/stats.ts';
import type { Case } from './cases.ts';
import type { Outcome } from './play.ts';

export interface Scored {
  readonly one: Case;
  readonly outcome: Outcome;
}

/** A share of a sample with the interval that holds the true one in 95 of 100 samples. */
export interface Share {
  readonly some: number;
  readonly all: number;
  readonly low: number;
  readonly high: number;
}

/** Wilson's interval, which is right for shares near 0, too. */
export function shareOfAll(some: number, all: number): Share {
  if (all === 0) return { some, all, low: 0, high: 1 };
  const z = 1.959964;
  const p = some / all;
  const middle = p + (z * z) / (2 * all);
  const half = z * Math.sqrt((p * (1 - p)) / all + (z * z) / (4 * all * all));
  const whole = 1 + (z * z) / all;
  return { some, all, low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) };
}

export interface Score {
  readonly n: number;
  /** Of utterances with a pause of up to 900 ms, and of a longer one. */
  readonly shortPauses: Share;
  readonly longPauses: Share;
  /** Of all with a pause. */
  readonly halfAnswered: Share;
  /** Without a pause inside. */
  readonly noPause: Share;
  /** Of all: the detector heard no end. They count in nothing else. */
  readonly unanswered: Share;
  /** Last sound → answer, of those that were not cut off. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  /** LLM requests and transcriptions beyond those needed, an utterance. */
  readonly extra: { llmPause: number; llmWhole: number; sttPause: number; sttWhole: number };
}

export const SHORT_PAUSE_MS = 900;

export function scoreOf(given: readonly Scored[]): Score {
  const all = given.filter(({ outcome }) => !outcome.isUnanswered);
  const paused = all.filter(({ one }) => one.pauseMs > 0);
  const whole = all.filter(({ one }) => one.pauseMs === 0);
  const cut = (some: readonly Scored[]) =>
    shareOfAll(some.filter(({ outcome }) => outcome.cutOff).length, some.length);
  const delays = all.filter(({ outcome }) => !outcome.cutOff).map(({ outcome }) => outcome.delayMs);
  const extra = (some: readonly Scored[], key: 'extraAnswers' | 'extraTranscriptions') =>
    some.reduce((sum, { outcome }) => sum + outcome[key], 0) / Math.max(1, some.length);
  return {
    n: all.length,
    shortPauses: cut(paused.filter(({ one }) => one.pauseMs <= SHORT_PAUSE_MS)),
    longPauses: cut(paused.filter(({ one }) => one.pauseMs > SHORT_PAUSE_MS)),
    halfAnswered: shareOfAll(paused.filter(({ outcome }) => outcome.halfAnswered).length, paused.length),
    noPause: cut(whole),
    unanswered: shareOfAll(given.length - all.length, given.length),
    p50: percentile(delays, 0.5),
    p95: percentile(delays, 0.95),
    extra: {
      llmPause: extra(paused, 'extraAnswers'),
      llmWhole: extra(whole, 'extraAnswers'),
      sttPause: extra(paused, 'extraTranscriptions'),
      sttWhole: extra(whole, 'extraTranscriptions'),
    },
  };
}

const percent = (value: number) => `${(100 * value).toFixed(1)}`;
const shareText = ({ some, all, low, high }: Share) =>
  all === 0 ? '–' : `${some}/${all} = ${percent(some / all)} % (${percent(low)}–${percent(high)})`;
const ms = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value)}`);

const HEAD = [
  'policy',
  'cut off, 200–900 ms',
  '900–1500 ms',
  'half answered',
  'no pause',
  'no end heard',
  'p50 ms',
  'p95 ms',
  'LLM/pause',
  'LLM/whole',
  'STT/pause',
];

/** A table in Markdown, with 95 % intervals. */
export function tableOf(rows: ReadonlyMap<string, Score>, first = 'policy'): string {
  const lines = [...rows].map(([name, score]) => [
    name,
    shareText(score.shortPauses),
    shareText(score.longPauses),
    shareText(score.halfAnswered),
    shareText(score.noPause),
    `${score.unanswered.some}/${score.unanswered.all}`,
    ms(score.p50),
    ms(score.p95),
    score.extra.llmPause.toFixed(2),
    score.extra.llmWhole.toFixed(2),
    score.extra.sttPause.toFixed(2),
  ]);
  const head = [first, ...HEAD.slice(1)];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** One row for each value of a property. */
export function groupedBy(all: readonly Scored[], of: (one: Case) => string): Map<string, Score> {
  const groups = new Map<string, Scored[]>();
  for (const scored of all) {
    const key = of(scored.one);
    groups.set(key, [...(groups.get(key) ?? []), scored]);
  }
  return new Map(
    [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([key, some]) => [key, scoreOf(some)]),
  );
}
