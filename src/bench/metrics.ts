import { type RunResult, turnsOf } from './results.ts';
import { mean, type Summary, summary } from './stats.ts';

/** One figure of a run. */
export interface Metric {
  readonly name: string;
  readonly summary: Summary | undefined;
  readonly shown: string;
}

/** The figures of a run, always the same ones in the same order. */
export function metricsOf(run: RunResult): Metric[] {
  const turns = turnsOf(run);
  const plain = turnsOf(run, 'latency');
  const timing = (name: string, values: readonly (number | undefined)[]): Metric => {
    const found = summary(values);
    const shown = found ? `${Math.round(found.p50)} / ${Math.round(found.p95)} (${found.n})` : '–';
    return { name, summary: found, shown };
  };
  const plainValue = (name: string, value: number | undefined, digits = 0): Metric => ({
    name,
    summary: value === undefined ? undefined : { n: 1, p50: value, p95: value },
    shown: value === undefined ? '–' : value.toFixed(digits),
  });
  const bargeIns = turns.flatMap(({ bargeIn }) => (bargeIn ? [bargeIn] : []));
  const minutes = run.calls.map(({ durationMs }) => durationMs / 60_000);
  const cpu = run.calls.map(({ cpuS }, index) =>
    cpuS === undefined ? undefined : cpuS / (minutes[index] ?? 1),
  );
  return [
    timing(
      'voice-to-voice ms',
      plain.map(({ voiceToVoiceMs }) => voiceToVoiceMs),
    ),
    timing(
      'barge-in: agent silent ms',
      bargeIns.map(({ stoppedMs }) => stoppedMs),
    ),
    timing(
      'barge-in: agent gives way ms',
      bargeIns.map(({ yieldedMs }) => yieldedMs),
    ),
    timing(
      'greeting ms',
      run.calls.map(({ greetingMs }) => greetingMs),
    ),
    plainValue('turns lost', turns.filter(({ lost }) => lost).length),
    plainValue('gaps > 120 ms', turns.flatMap(({ gapsMs }) => gapsMs).length),
    timing('CPU s per minute of call', cpu),
    plainValue('memory of a call MB', mean(run.calls.flatMap(({ rssMb }) => rssMb ?? []))),
  ];
}
