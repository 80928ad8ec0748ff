import { readFileSync } from 'node:fs';
import type { CallFact } from '../../src/observe/facts.ts';
import { createMetrics } from '../../src/observe/metrics.ts';

/** Labels by series: what an expression may ask for. */
export type Series = ReadonlyMap<string, readonly string[]>;

/** One of each fact, so that every series has a sample with its labels; the compiler names one that is missing. */
const FACTS: { readonly [Kind in CallFact['fact']]: Omit<Extract<CallFact, { fact: Kind }>, 'fact'> } = {
  'call-not-connected': {},
  'call-started': { prompt: 'a' },
  'call-ended': { prompt: 'a', reason: 'a', durationMs: 1 },
  'call-broke': { why: 'host', outcome: 'goes-on' },
  'call-resumed': { afterMs: 1 },
  'call-refused': { why: 'full' },
  'call-over': { host: 1, how: 'ok', durationMs: 1, cpuMs: 1 },
  'host-ended': { end: 'a', process: 1 },
  turn: { prompt: 'a', interrupted: false, parts: { totalMs: 1 } },
  spoken: { prompt: 'a', who: 'caller', ms: 1 },
  'turn-without-sound': { prompt: 'a', reason: 'a' },
  covered: { prompt: 'a', what: 'filler', sound: 'words' },
  'dead-air': { prompt: 'a', longestMs: 5000 },
  'request-made': { stage: 'a', host: 'a', model: 'a', prompt: 'a', outcome: 'a', firstByteMs: 1 },
  'tokens-used': { prompt: 'a', input: 1, cached: 1, output: 1 },
  'answers-prepared': { prompt: 'a', used: 1, dropped: 1 },
  'endpoint-failed': { endpoint: 'a', failure: 'a' },
  'request-hedged': { stage: 'a', outcome: 'a' },
  'request-failed-over': { stage: 'a' },
  'end-mark': { host: 'a', mark: 'missing' },
  'breaker-changed': { stage: 'a', host: 'a', openness: 1 },
  'hold-expired': {},
  'cut-off': {},
  'detector-failed': { isLost: false },
  'chat-trimmed': { reason: 'a' },
  'record-failed': { what: 'recording' },
  'record-delivered': { to: 'webhook', outcome: 'sent' },
  'media-path': { via: 'web', kind: 'host', protocol: 'udp' },
  'media-heard': { via: 'web', received: 98, lost: 2, jitterMs: 4 },
  'transcript-dropped': { reason: 'a' },
  'input-refused': { input: 'a', reason: 'a', count: 1 },
};

/** A worker's metrics of which every series has a sample. */
function fullMetrics() {
  const worker = {
    ...{ slots: 1, slotsUsed: () => 0, isRegistered: () => true, isDraining: () => false },
    records: () => ({ webhook: 0, s3: 0, bytes: 0 }),
    hosts: () => [
      { number: 1, calls: 0, isReady: true, jobs: [], usage: { rssMb: 1, lagMs: 1, cpuMs: 1, busy: 0.2 } },
    ],
  };
  const prices = {
    currency: 'MYR',
    inputMTok: 1,
    outputMTok: 1,
    callerMinute: 1,
    agentMinute: 1,
    callMinute: 1,
  };
  const metrics = createMetrics(worker, prices);
  const reportAll = () => {
    for (const [fact, about] of Object.entries(FACTS)) metrics.report({ fact, ...about } as CallFact);
  };
  reportAll();
  return { metrics, reportAll };
}

const PARTS = ['pauseMs', 'sttMs', 'holdMs', 'llmTtftMs', 'clauseMs', 'ttsTtfbMs', 'readyMs', 'totalMs'];

/**
 * What Prometheus would have of a worker that was asked every `stepS` seconds: its own pages in OpenMetrics, each sample with its time,
 * and the namespace and pod that whoever scrapes adds.
 */
export async function pagesOverTime(fromS: number, steps: number, stepS: number): Promise<string> {
  const { metrics, reportAll } = fullMetrics();
  const parts = Object.fromEntries(PARTS.map((part, at) => [part, 100 + at]));
  const pages: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    reportAll();
    metrics.report({ fact: 'turn', prompt: 'a', interrupted: true, parts });
    const samples = (await metrics.text()).matchAll(/^(voice_agent_\w+)(?:\{(.*)\})? (\S+)$/gm);
    for (const [, name, labels, value] of samples) {
      const all = [labels, 'namespace="livekit"', 'pod="a"'].filter(Boolean).join(',');
      pages.push(`${name}{${all}} ${value} ${fromS + step * stepS}`);
    }
  }
  return `${pages.join('\n')}\n# EOF\n`;
}

/** What the program itself exposes, without the figures of its Node.js. */
export async function programSeries(): Promise<Series> {
  const samples = (await fullMetrics().metrics.text()).matchAll(
    /^(voice_agent_(?!process|nodejs)\w+)(?:\{(.*)\})? /gm,
  );
  return new Map([...samples].map(([, name = '', labels = '']) => [name, labelNames(labels)]));
}

const labelNames = (labels: string) => [...labels.matchAll(/(\w+)="/g)].map(([, name = '']) => name);

/** Lines `name{label,label}` recorded from a live livekit-server and a live stunnerd; livekit-sip's, `test/sip/check.sip.ts` compares. */
export function recordedSeries(): Series {
  const files = ['livekit-series.txt', 'sip-series.txt', 'stunner-series.txt'];
  const text = files.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('');
  const lines = [...text.matchAll(/^(\w+)\{(.*)\}$/gm)];
  return new Map(lines.map(([, name = '', labels = '']) => [name, labels.split(',')]));
}

/** Added to every series by the one who scrapes. */
const TARGET_LABELS = ['namespace', 'pod', 'container', 'job', 'instance'];

const FUNCTIONS =
  /^(sum|max|rate|histogram_quantile|absent|vector|by|on|group_left|or|and|unless|offset|le)$/;

/** Series and labels of a PromQL expression that nothing exposes; empty is good. */
export function unknownParts(expression: string, known: Series): string[] {
  const withoutTexts = expression.replace(/"[^"]*"/g, '""');
  const groupedBy = [...withoutTexts.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) =>
    names.split(/,\s*/),
  );
  const selectors = [...withoutTexts.matchAll(/\b([a-z]\w+)\s*\{([^}]*)\}/g)];
  const bare = withoutTexts.replace(/\{[^}]*\}|\bby \([^)]*\)|\[[^\]]*\]/g, ' ').match(/\b[a-z]\w*\b/g) ?? [];
  const series = [...selectors.map(([, name = '']) => name), ...bare.filter((word) => !FUNCTIONS.test(word))];
  const labelsOf = (name: string) => [...(known.get(name) ?? []), ...TARGET_LABELS];
  const asked = selectors.flatMap(([, name = '', matchers = '']) =>
    [...matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => [name, label] as const),
  );
  return [
    ...new Set(series.filter((name) => !known.has(name))),
    ...asked
      .filter(([name, label]) => !labelsOf(name).includes(label))
      .map(([name, label]) => `${name}{${label}}`),
    ...groupedBy
      .filter((label) => !series.some((name) => labelsOf(name).includes(label)))
      .map((label) => `by (${label})`),
  ];
}
