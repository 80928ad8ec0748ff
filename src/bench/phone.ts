import { join } from 'node:path';
import { cacheDir, findLiveKitBinary } from '../dev/livekit-binary.ts';
import { type PhoneDoor, startPhoneDoor } from '../dev/phone-door.ts';
import { renderTable } from '../dev/table.ts';
import { callByPhone } from '../probe/phone-leg.ts';
import type { CallPlan } from './call.ts';
import { startEndpoints } from './endpoints.ts';
import { planWithSounds } from './measure.ts';
import { describeMachine } from './notes.ts';
import type { BenchOptions } from './options.ts';
import { describeTurn, showProgress } from './progress.ts';
import type { CallResult, TurnResult } from './results.ts';
import { runPlans } from './run.ts';
import { summary } from './stats.ts';

const AGENT = 'bench-agent-phone';
const PICKED_UP_WITHIN_MS = 30_000;
/** What the project promises. */
const FIRST_WORD_MS = 700;
const MORE_THAN_WEB_MS = 120;

type By = 'phone' | 'web';

/** All that the calls by phone and by WebRTC gave; what the JSON file holds. */
export interface PhoneReport {
  readonly startedAt: string;
  readonly notes: readonly string[];
  readonly options: BenchOptions;
  readonly calls: Readonly<Record<By, readonly CallResult[]>>;
}

/** Each call of the latency set twice, one after the other, with the same sentences: by LiveKit's SIP service, then by WebRTC. */
export async function measurePhone(options: BenchOptions, dir: string): Promise<PhoneReport> {
  const startedAt = new Date().toISOString();
  const once = await planWithSounds(options, join(cacheDir(), 'bench'));
  const plans = once.flatMap((plan) => [named(plan, 'phone'), named(plan, 'web')]);
  const onProgress = (text: string) => showProgress(text, true);
  const binary = await findLiveKitBinary({ onProgress });
  const door = await startPhoneDoor({ binary, agentName: AGENT, logDir: dir, onProgress });
  const notes = [
    `${describeMachine()}; everything on it`,
    'phone       G.711 over RTP to livekit-sip, no jitter buffer at the caller; from the 200 of the INVITE',
    'web         Opus over WebRTC, with its jitter buffer',
  ];
  try {
    const { calls } = await runPlans({
      ...{ pipeline: 'own', sttMode: options.sttMode, livekit: door.livekit, dir, plans, parallel: 1 },
      ...{ agentName: AGENT, settings: options.settings },
      startEndpoints: options.realEndpoints ? undefined : () => startEndpoints(options.speeds, dir),
      join: (plan) => (byOf(plan) === 'phone' ? joinBy(door) : undefined),
      onTurn: (plan, call, turn, result) =>
        showProgress(`${byOf(plan)} call ${call}, turn ${turn}: ${describeTurn(result)}`),
    });
    const by = (wanted: By) => calls.filter((_, index) => byOf(plans[index] as CallPlan) === wanted);
    return { startedAt, notes, options, calls: { phone: by('phone'), web: by('web') } };
  } finally {
    await door.close();
  }
}

const named = (plan: CallPlan, by: By): CallPlan => ({ ...plan, room: `${by}-${plan.room}` });
const byOf = ({ room }: CallPlan): By => (room.startsWith('phone-') ? 'phone' : 'web');

const joinBy =
  ({ host, port, number }: PhoneDoor) =>
  () =>
    callByPhone({ host, port, to: number, from: '+15550199', withinMs: PICKED_UP_WITHIN_MS });

/** Where the time of a turn goes: the first is by the callers' clock, the others are by the worker's own record. */
const PARTS = {
  'last sound to its transcription asked for': ({ stages }: TurnResult) => stages?.sttSentMs,
  'of it as the worker sees it': ({ record }: TurnResult) => record?.pauseMs,
  'the turn’s end decided, in the worker': ({ record }: TurnResult) => record?.endpointingMs,
  'answer played, in the worker': ({ record }: TurnResult) => record?.totalMs,
  'the line both ways': ({ voiceToVoiceMs, record }: TurnResult) =>
    voiceToVoiceMs === undefined || record?.totalMs === undefined
      ? undefined
      : voiceToVoiceMs - record.totalMs,
} as const;

/** Both kinds side by side, and whether the phone keeps what is promised. */
export function renderPhone({ notes, calls }: PhoneReport): string {
  const voice = (by: By) => calls[by].flatMap(({ turns }) => turns.map((turn) => turn.voiceToVoiceMs));
  const greeting = (by: By) => calls[by].map(({ greetingMs }) => greetingMs);
  const cells = (values: readonly (number | undefined)[]) => {
    const all = summary(values);
    return all ? [`${Math.round(all.p50)} ms`, `${Math.round(all.p95)} ms`, String(all.n)] : ['–', '–', '0'];
  };
  const parts = (Object.keys(PARTS) as (keyof typeof PARTS)[]).flatMap((name) =>
    (['phone', 'web'] as const).map((by) => [
      `  ${by}: ${name}`,
      ...cells(calls[by].flatMap(({ turns }) => turns.map(PARTS[name]))),
    ]),
  );
  const rows = [
    ['', 'p50', 'p95', 'n'],
    ['phone: picked up to first word', ...cells(greeting('phone'))],
    ['web: joined to first word', ...cells(greeting('web'))],
    ['phone: voice to voice', ...cells(voice('phone'))],
    ['web: voice to voice', ...cells(voice('web'))],
    ...parts,
  ];
  const lost = (by: By) => calls[by].flatMap(({ turns }) => turns).filter((turn) => turn.lost).length;
  const firstMs = summary(greeting('phone'))?.p50;
  const [phoneMs, webMs] = [summary(voice('phone'))?.p50, summary(voice('web'))?.p50];
  const moreMs = phoneMs === undefined || webMs === undefined ? undefined : phoneMs - webMs;
  return [
    notes.join('\n'),
    renderTable(rows, 'right'),
    `first word after pick-up, p50: ${judged(firstMs, FIRST_WORD_MS)}`,
    `voice to voice, p50, more than by web: ${judged(moreMs, MORE_THAN_WEB_MS)}`,
    `turns lost: ${lost('phone')} by phone, ${lost('web')} by web`,
  ].join('\n\n');
}

function judged(ms: number | undefined, most: number): string {
  if (ms === undefined) return 'not measured';
  return `${Math.round(ms)} ms, ${ms <= most ? 'within' : 'MORE THAN'} ${most} ms`;
}
