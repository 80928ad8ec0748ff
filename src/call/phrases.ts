import { ReadableStream } from 'node:stream/web';
import { type tts, voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { joined } from '../openai/samples.ts';
import type { Persona } from '../persona/store.ts';
import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import type { PhraseCache } from './phrase-cache.ts';
import { VoiceUse } from './voice-use.ts';

const { AgentSessionEventTypes: Event } = voice;

const FRAME_SAMPLES = OUTPUT_SAMPLE_RATE / 50;

export interface Phrases {
  /** Says a fixed text as one piece, from the cache where it has it. */
  say(text: string, options?: { allowInterruptions?: boolean; addToChatCtx?: boolean }): voice.SpeechHandle;
  /** Has the cache hold these, one after the other, each while nobody waits for the voice. */
  keep(texts: readonly string[], signal: AbortSignal): Promise<void>;
}

/** What the agent says by itself. */
export function createPhrases(session: voice.AgentSession, cache: PhraseCache | undefined): Phrases {
  const { tts } = session;
  const use = new VoiceUse();
  session.on(Event.SpeechCreated, ({ source, speechHandle }) => {
    if (source !== 'say') speechHandle.addDoneCallback(use.begin());
  });
  return {
    say(text, options) {
      if (!tts) return session.say(text, options);
      const end = use.begin();
      const audio = streamOf(until(spoken(text, tts, cache), end));
      const speech = session.say(text, { ...options, audio });
      speech.addDoneCallback(end);
      return speech;
    },
    async keep(texts, signal) {
      if (!tts || !cache) return;
      for (const text of texts) {
        await use.whenFree(signal);
        if (signal.aborted) return;
        if (await cache.read(text)) continue;
        const endClaim = cache.claim(text);
        if (!endClaim) continue;
        try {
          for await (const _ of spoken(text, tts, cache)) if (signal.aborted) return;
        } finally {
          endClaim();
        }
      }
    },
  };
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

function phrasesOf({ greeting, apology, fillers, resumed, goodbye, stillThere }: Persona): string[] {
  // The greeting last: it has been said when the others are fetched.
  return [
    apology,
    ...fillers,
    resumed,
    goodbye,
    stillThere,
    ...(greeting && 'text' in greeting ? [greeting.text] : []),
  ];
}

async function* spoken(
  text: string,
  voice: tts.TTS,
  cache: PhraseCache | undefined,
): AsyncGenerator<AudioFrame> {
  const kept = await cache?.read(text);
  if (kept) return yield* framesOf(kept);
  const parts: Int16Array[] = [];
  const stream = voice.synthesize(text);
  let isWhole = false;
  try {
    for await (const { frame, final } of stream) {
      if (frame.sampleRate === OUTPUT_SAMPLE_RATE) parts.push(frame.data);
      isWhole = final === true;
      yield frame;
    }
  } finally {
    stream.close();
  }
  if (isWhole) await cache?.write(text, joined(parts));
}

function* framesOf(samples: Int16Array): Generator<AudioFrame> {
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    const part = samples.slice(at, at + FRAME_SAMPLES);
    yield new AudioFrame(part, OUTPUT_SAMPLE_RATE, 1, part.length);
  }
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
