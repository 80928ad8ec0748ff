import { ReadableStream } from 'node:stream/web';
import { type tts, voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { Clock } from '../openai/clock.ts';
import { joined } from '../openai/samples.ts';
import { recordingLine } from '../persona/recording-line.ts';
import type { Persona } from '../persona/store.ts';
import { framesOf, OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import { speakerOf } from '../stages/tts.ts';
import type { PhraseCache } from './phrase-cache.ts';
import { TONE } from './tone.ts';
import { VoiceUse } from './voice-use.ts';

const { AgentSessionEventTypes: Event } = voice;

export interface Phrases {
  /**
   * Says a fixed text as one piece, from the cache where it has it. Where there is no sound of it, a tone is heard, and the
   * text is read.
   */
  say(text: string, options?: SayOptions): voice.SpeechHandle;
  /**
   * Its sound, whole: mono, 16-bit, 24 kHz; `undefined` where there is none.
   *
   * @param withinMs - what is not kept may take so long to be made; 0: it is not made.
   */
  soundOf(text: string, withinMs: number): Promise<Int16Array | undefined>;
  /** Has the cache hold these, one after the other, each while nobody waits for the voice. */
  keep(texts: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface SayOptions {
  allowInterruptions?: boolean;
  addToChatCtx?: boolean;
  /** A sound that has not begun by then is a tone; default: as long as the endpoint's deadlines say. */
  withinMs?: number;
}

/** What the agent says by itself. */
export function createPhrases(
  session: voice.AgentSession,
  cache: PhraseCache | undefined,
  clock: Clock,
): Phrases {
  const { tts } = session;
  const use = new VoiceUse();
  session.on(Event.SpeechCreated, ({ source, speechHandle }) => {
    if (source !== 'say') speechHandle.addDoneCallback(use.begin());
  });
  return {
    say(text, { withinMs, ...options } = {}) {
      if (!tts) return session.say(text, options);
      const end = use.begin();
      const begins = deadline(clock, withinMs);
      const frames = spoken({ text, tts, cache, signal: begins.signal });
      const audio = streamOf(until(orTone(frames, begins.met), end));
      const speech = session.say(text, { ...options, audio });
      speech.addDoneCallback(end);
      return speech;
    },
    async soundOf(text, withinMs) {
      const kept = await cache?.read(text);
      if (kept || !tts || withinMs === 0) return kept;
      const isMade = deadline(clock, withinMs);
      return wholeOf(spoken({ text, tts, cache, signal: isMade.signal })).finally(isMade.met);
    },
    async keep(texts, signal) {
      if (!tts || !cache) return;
      for (const text of texts) {
        await use.whenFree(signal);
        await keepSound(text, { tts, cache, signal });
      }
    },
  };
}

/**
 * Has the cache hold a text, if it does not and nobody else does the same.
 *
 * @returns `false` where the voice did not say it, or it is wanted no more.
 */
export async function keepSound(
  text: string,
  { tts, cache, signal }: { tts: tts.TTS; cache: PhraseCache; signal: AbortSignal },
): Promise<boolean> {
  if (signal.aborted) return false;
  if (!(await cache.isWanted(text))) return true;
  const endClaim = cache.claim(text);
  if (!endClaim) return true;
  try {
    return (await wholeOf(made({ text, tts, cache, signal }))) !== undefined && !signal.aborted;
  } finally {
    endClaim();
  }
}

async function* until(frames: AsyncGenerator<AudioFrame>, end: () => void): AsyncGenerator<AudioFrame> {
  try {
    yield* frames;
  } finally {
    end();
  }
}

/**
 * The phrases of a prompt that are the same for every caller; their sound can be kept.
 *
 * @param unfilled - the prompt as it is when nothing is known of a caller.
 * @param persona - the same, filled for this caller.
 */
export function fixedPhrases(unfilled: Persona, persona: Persona): string[] {
  const said = phrasesOf(unfilled);
  return phrasesOf(persona).filter((text) => said.includes(text));
}

/** What is said where no answer is, and must not need the TTS then; what matters most comes first. */
export function coverPhrases(persona: Persona): string[] {
  const { apology, fillers, resumed, here, goodbye } = persona;
  return [apology, ...fillers, resumed, here, goodbye, ...transferPhrases(persona)];
}

/** None where the prompt lists no target. */
function transferPhrases({ actions, transferring, transferFailed, ...persona }: Persona): string[] {
  const targets = Object.values(actions?.targets ?? {});
  if (targets.length === 0) return [];
  const warm = targets
    .filter((target) => target.warm)
    .flatMap(({ accept }) => [
      persona.transferWaiting,
      accept === 'stay' ? persona.transferStay : persona.transferAccept,
    ]);
  return [...new Set([transferFailed, ...targets.map(({ say }) => say ?? transferring), ...warm])];
}

function keypadPhrases({ keypad }: Persona): string[] {
  const said = Object.values(keypad?.menu ?? {}).flatMap((action) => ('say' in action ? [action.say] : []));
  return [...said, ...Object.values(keypad?.questions ?? {}).map(({ say }) => say)];
}

function phrasesOf(persona: Persona): string[] {
  const { greeting, stillThere, unheard, recording = 'off', listeningNotice = [] } = persona;
  const notice = [
    ...(recording === 'off' ? [] : [recordingLine(persona, recording)]),
    ...[listeningNotice].flat(),
  ];
  // The greeting last: it has been said when the others are fetched.
  const spoken = greeting && 'text' in greeting ? [greeting.text] : [];
  return [...coverPhrases(persona), ...keypadPhrases(persona), stillThere, unheard, ...notice, ...spoken];
}

interface Spoken {
  text: string;
  tts: tts.TTS;
  cache: PhraseCache | undefined;
  /** It is wanted no more. */
  signal: AbortSignal;
}

/**
 * Ends early, or before it begins, where the endpoint fails: that is told by the voice's own hooks.
 *
 * @returns whether it was whole.
 */
async function* spoken({ text, tts, cache, signal }: Spoken): AsyncGenerator<AudioFrame, boolean> {
  const kept = await cache?.read(text);
  if (kept) {
    yield* framesOf(kept);
    return true;
  }
  return yield* made({ text, tts, cache, signal });
}

/** The same, by the voice, whatever is kept. */
async function* made({ text, tts, cache, signal }: Spoken): AsyncGenerator<AudioFrame, boolean> {
  const parts: Int16Array[] = [];
  const stream = tts.synthesize(text);
  const close = () => stream.close();
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  let isWhole = false;
  try {
    for await (const { frame, final } of stream) {
      if (frame.sampleRate === OUTPUT_SAMPLE_RATE) parts.push(frame.data);
      isWhole = final === true;
      yield frame;
    }
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
  if (isWhole) await cache?.write(text, joined(parts), speakerOf(stream));
  return isWhole;
}

/** Aborts after so long, unless it is met before; never without a time. */
function deadline(clock: Clock, ms: number | undefined): { signal: AbortSignal; met: () => void } {
  const late = new AbortController();
  const met = ms === undefined ? () => {} : clock.after(ms, () => late.abort());
  return { signal: late.signal, met };
}

async function wholeOf(frames: AsyncGenerator<AudioFrame, boolean>): Promise<Int16Array | undefined> {
  const parts: Int16Array[] = [];
  try {
    for (let next = await frames.next(); ; next = await frames.next()) {
      if (next.done) return next.value ? joined(parts) : undefined;
      parts.push(next.value.data);
    }
  } catch {
    return undefined;
  }
}

async function* orTone(frames: AsyncGenerator<AudioFrame>, onFirst: () => void): AsyncGenerator<AudioFrame> {
  let isHeard = false;
  try {
    for await (const frame of frames) {
      if (!isHeard) onFirst();
      isHeard = true;
      yield frame;
    }
  } catch (error) {
    if (isHeard) throw error;
  }
  onFirst();
  if (!isHeard) yield* framesOf(TONE);
}

function streamOf(frames: AsyncGenerator<AudioFrame>): ReadableStream<AudioFrame> {
  return new ReadableStream({
    async pull(controller) {
      const next = await frames.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await frames.return(undefined);
    },
  });
}
