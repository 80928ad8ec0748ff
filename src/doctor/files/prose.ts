import { readFileSync } from 'node:fs';
import { isObject } from '../../openai/extra-body.ts';
import { judgeLimits } from './advice-rules.ts';
import { looksLikeLiveKit } from './find-livekit.ts';
import { LIVEKIT } from './keys.ts';
import { LiveKitFile } from './livekit-file.ts';
import type { Remark } from './remark.ts';
import { judgeShape } from './shape.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** livekit-server's own series, as test/helm/livekit-series.txt has them from a running one. */
const SERIES: ReadonlySet<string> = new Set(
  JSON.parse(readFileSync(new URL('livekit-series.json', import.meta.url), 'utf8')),
);

const METRICS = 'prometheus:\n  port: 6789\nand: curl http://<host>:6789/metrics';

/** What documents say of livekit-server, and it does not do: measured with 1.13.3. */
const STATEMENTS: readonly { key: string; said: RegExp; happens: string; fix: string }[] = [
  {
    key: 'metrics',
    said: /:7880\/metrics\b/,
    happens: '7880 answers /metrics with 404: metrics have a port of their own, and none unless it is set',
    fix: METRICS,
  },
  {
    key: 'secret',
    said: /secret is too short/i,
    happens: 'livekit-server logs this as an error and starts: it is not why a server does not run',
    fix: 'replace the secret all the same (openssl rand -base64 32), and look for another reason',
  },
  {
    key: 'room.max_participants',
    said: /default:? *10 participants/i,
    happens: 'by default a room has no limit of participants (room.max_participants is 0)',
    fix: 'room:\n  max_participants: 10   # only where a limit is wanted',
  },
  {
    key: 'limit.bytes_per_sec',
    said: /default:? *1 ?MB\/s per participant/i,
    happens: 'limit.bytes_per_sec is for the whole node, not for a participant; by default 1 GB/s',
    fix: 'remove limit.bytes_per_sec, or give it what all calls of a node need',
  },
];

/** Statements, names of metrics and YAML of a document for people. */
export function judgeProse(text: string): Remark[] {
  const remarks: Remark[] = [];
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    for (const { said, ...statement } of STATEMENTS)
      if (said.test(content)) remarks.push({ verdict: 'warn', line, ...statement });
    const [name] = /^livekit_[a-z0-9_]+(?=\s*$|[{\s[(])/.exec(content) ?? [];
    if (name) remarks.push(...unknownSeries(name, line));
  });
  return [...remarks, ...blocksOf(text).flatMap(judgeBlock)].sort((a, b) => a.line - b.line);
}

/** PromQL in `expr:` of rules, and a Prometheus that is sent to 7880. */
export function judgeSeries(document: YamlText): Remark[] {
  const remarks: Remark[] = [];
  visit(document.value, []);
  return remarks;

  function visit(value: unknown, path: (string | number)[]): void {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) visit(one, [...path, index]);
    else if (isObject(value)) for (const [key, one] of Object.entries(value)) visit(one, [...path, key]);
    else if (path.at(-1) === 'expr' && typeof value === 'string') {
      for (const [name] of value.matchAll(/\blivekit_[a-z0-9_]+/g))
        remarks.push(...unknownSeries(name, document.lineOf(path)));
    } else if (path.at(-1) === 'prometheus.io/port' && String(value) === '7880') {
      remarks.push({
        verdict: 'warn',
        line: document.lineOf(path),
        key: 'metrics',
        happens: STATEMENTS[0]?.happens ?? '',
        fix: 'prometheus.io/port: "6789"\nand in livekit.yaml:\nprometheus:\n  port: 6789',
      });
    }
  }
}

/** What is meant by names that documents have. */
const MEANT: Readonly<Record<string, string>> = {
  livekit_room_participants: 'livekit_participant_total',
  livekit_packet_loss_percent: 'livekit_packet_loss_percent_bucket, _sum and _count (a histogram)',
  livekit_jitter_seconds: 'livekit_jitter_us_bucket (microseconds)',
  livekit_track_publish_duration_seconds:
    'livekit_track_published_total (no series tells how long tracks were published)',
};

/** Those of the SIP service, a program of its own. */
const SIP_SERIES = /^livekit_sip_/;

function unknownSeries(name: string, line: number): Remark[] {
  if (SERIES.has(name) || SIP_SERIES.test(name)) return [];
  return [
    {
      ...{ verdict: 'warn', line, key: name },
      happens: `livekit-server ${LIVEKIT.version} has no metric ${name}: a dashboard or an alert on it stays empty`,
      fix: MEANT[name] ?? 'choose one of those that curl http://<host>:6789/metrics lists',
    },
  ];
}

interface Block {
  text: string;
  /** Lines above it. */
  above: number;
}

/** Fenced blocks of YAML. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: string[] | undefined;
  text.split('\n').forEach((line, index) => {
    if (open && line.startsWith('```')) {
      blocks.push({ text: open.join('\n'), above: index - open.length });
      open = undefined;
    } else if (open) open.push(line);
    else if (/^```ya?ml\s*$/.test(line)) open = [];
  });
  return blocks;
}

/** A part of a configuration: only what is there is judged. */
function judgeBlock({ text, above }: Block): Remark[] {
  const [document] = readYaml(text);
  if (!document || !isObject(document.value) || !looksLikeLiveKit(document.value, PARTS)) return [];
  const file = new LiveKitFile(document);
  judgeLimits(file);
  return [...judgeShape(document), ...file.remarks].map((remark) => ({
    ...remark,
    line: remark.line + above,
  }));
}

const PARTS = ['rtc', 'turn', 'room', 'limit'];
