import { beforeEach } from 'vitest';
import { watchWaits } from '../../src/call/answer-wait.ts';
import { Cover, watchWaiting } from '../../src/call/cover.ts';
import { measureDeadAir } from '../../src/call/dead-air.ts';
import { CallEvents } from '../../src/call/events.ts';
import { SilentTurn, watchTurns } from '../../src/call/silent-turn.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { logInto } from './call-log.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

const FILLER_MS = 1000;
const sound = (text: string) => new Int16Array(FILLER_MS * 24).fill(text.length);

export let clock: ManualClock;
let events: CallEvents;
export let kept: Set<string>;
/** How long the voice needs for what is not kept; `undefined`: it is dead. */
let voiceNeedsMs: number | undefined;
export let output: { isFree: boolean };
/** What is heard, with the time at which it begins; dead air as it is told. */
export let heard: string[];
export let over: (() => void) | undefined;

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Time passes, and what it causes happens. */
export async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(100, left));
    await settle();
  }
}

export async function emit(...happenings: Happening[]): Promise<void> {
  for (const happening of happenings) events.emit(happening);
  await settle();
}

export function call(fillers: string[] = ['One moment.', 'Just a second.'], fillerAfterMs = 1800): void {
  events = new CallEvents({ callId: 'AJ_1', log: logInto([]), wallNow: () => clock.now() });
  const tell = (happening: Happening) => events.emit(happening);
  const cover = new Cover({
    voice: {
      play: (samples) =>
        new Promise((resolve) => {
          const stop = clock.after(samples.length / 24, resolve);
          over = () => {
            stop();
            resolve();
          };
        }),
      stop: () => over?.(),
      queuedMs: 0,
    },
    output,
    phrases: {
      soundOf: async (text, withinMs) => {
        if (kept.has(text)) return sound(text);
        if (voiceNeedsMs === undefined || withinMs === 0) return undefined;
        await new Promise<void>((resolve) => clock.after(Math.min(withinMs, voiceNeedsMs ?? 0), resolve));
        return voiceNeedsMs <= withinMs ? sound(text) : undefined;
      },
    },
    persona: { fillers, apology: 'Sorry.', here: 'I am here.' },
    fillerAfterMs,
    clock,
    emit: tell,
    onApologised: () => heard.push(`${clock.now()} then`),
  });
  const silence = new SilentTurn({
    onBroken: () => cover.apologise(),
    onSilent(reason) {
      tell({ type: 'turn-without-sound', reason });
      cover.apologise();
    },
  });
  events.subscribe(watchWaits(tell));
  events.subscribe(measureDeadAir(tell));
  events.subscribe(watchTurns(silence));
  events.subscribe(watchWaiting(cover));
  events.subscribe((event) => {
    if (event.type === 'cover-begins')
      heard.push(`${clock.now()} ${event.by === 'tone' ? 'tone' : event.piiText}`);
    if (event.type === 'dead-air') heard.push(`silence ${event.longestMs}`);
  });
  events.emit({ type: 'line-opened' });
}

beforeEach(async () => {
  clock = manualClock();
  kept = new Set(['One moment.', 'Just a second.', 'Sorry.']);
  voiceNeedsMs = undefined;
  output = { isFree: true };
  heard = [];
  over = undefined;
  call();
  clock.advance(10_000);
});

/** The caller's turn is over: their last sound was so long ago. */
export const asks = (silentMs: number): Promise<void> =>
  emit(
    { type: 'turn-ended', times: { lastSoundAt: clock.now() - silentMs, endedAt: clock.now() } },
    { type: 'caller-speaks', isSpeaking: false },
    {
      ...{ type: 'said', role: 'user', piiText: 'My line is down.', interrupted: false },
      createdAtMs: 0,
      measured: {},
    },
  );
export const late = (
  state: 'late' | 'known' | 'nothing' | 'speaking',
  lastSoundAtMs: number,
): Promise<void> => emit({ type: 'words-awaited', state, lastSoundAtMs });
export const ANSWER: Happening = { type: 'agent-heard' };
export const FAILED: Extract<Happening, { type: 'endpoint-failed' }> = {
  ...{ type: 'endpoint-failed', endpoint: 'tts', url: 'http://gpu/v1', failure: 'status' },
  ...{ summary: '', piiSaid: '' },
};
export const NO_SOUND: Happening = { type: 'agent-spoke', isReply: true, interrupted: false };

/** What was heard until now counts no more. */
export function forget(): void {
  heard = [];
}

/** What is not kept is made by a voice that needs so long. */
export function slowVoice(ms: number): void {
  kept.clear();
  voiceNeedsMs = ms;
}
