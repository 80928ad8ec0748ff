import { z } from 'zod';
import { type ChatAnswer, chatAnswerSchema } from './chat-chunks.ts';
import { FaultPlan, faultSchema, ROUTES } from './faults.ts';
import { Journal } from './journal.ts';
import type { ChatRequest } from './llm.ts';
import { Script } from './script.ts';
import { type Strict, strictSchema } from './strict.ts';
import { type SttStrict, sttStrictSchema, type TtsStrict, ttsStrictSchema } from './strict-audio.ts';
import { type Transcript, type TranscriptionRequest, transcriptSchema } from './stt.ts';
import type { Voice } from './tts.ts';

const durationMs = z.number().min(0).optional();
const faults = z.array(faultSchema).optional();

/** How fast the stand-ins are, and how well they do as they are told. Left out: as fast as they can, and without marks. */
export const profileSchema = z.strictObject({
  stt: z
    .strictObject({
      latencyMs: durationMs,
      /** Over a WebSocket: the transcript comes so long after the commit. */
      finalMs: durationMs,
    })
    .optional(),
  llm: z
    .strictObject({
      ttftMs: durationMs,
      tokensPerS: z.number().positive().optional(),
      /** How answers say whether the caller has finished, where they are asked to. */
      marking: z
        .strictObject({
          mode: z.enum(['always', 'half', 'never']),
          /** An expression on the last user message: whose caller has not. */
          unfinished: regularExpression().optional(),
        })
        .optional(),
    })
    .optional(),
  tts: z
    .strictObject({
      ttfbMs: durationMs,
      /** Seconds of audio sent in each second. */
      realtimeFactor: z.number().positive().optional(),
      sampleRate: z.int().min(8000).max(48_000).optional(),
    })
    .optional(),
});
export type Profile = z.output<typeof profileSchema>;

/** A change of what the stand-ins do, as `POST /control` takes it. What it does not name stays as it is. */
export const controlSchema = z.strictObject({
  /** First back to the start: profile, scripts, faults, journal. */
  reset: z.boolean().optional(),
  /** Replaces the named stages' profile. */
  profile: profileSchema.optional(),
  /** `answers` are given once each, then `always`; `strict` names the server to be strict as. */
  stt: z
    .strictObject({
      answers: z.array(transcriptSchema).optional(),
      always: transcriptSchema.optional(),
      strict: sttStrictSchema.optional(),
    })
    .optional(),
  tts: z.strictObject({ strict: ttsStrictSchema.optional() }).optional(),
  /** `match` is an expression on the last user message; `strict` says what is refused, or which server to be strict as. */
  llm: z
    .strictObject({
      answers: z.array(chatAnswerSchema).optional(),
      rules: z.array(z.strictObject({ match: regularExpression(), answer: chatAnswerSchema })).optional(),
      always: chatAnswerSchema.optional(),
      strict: strictSchema.optional(),
    })
    .optional(),
  /** Replaces the named routes' faults. */
  faults: z
    .strictObject({ stt: faults, llm: faults, tts: faults, models: faults, realtime: faults })
    .optional(),
});
export type Control = z.output<typeof controlSchema>;

function regularExpression() {
  return z.string().refine(compiles, 'not a regular expression');
}

function compiles(source: string): boolean {
  try {
    new RegExp(source, 'i');
    return true;
  } catch {
    return false;
  }
}

const NOT_STRICT: State['strict'] = { stt: 'none', llm: [], tts: 'none' };

/** All that the stand-ins remember and can be told. */
export class State {
  readonly stt = new Script<TranscriptionRequest, Transcript>();
  readonly llm = new Script<ChatRequest, ChatAnswer>();
  /** What each model refuses. */
  strict: { stt: SttStrict; llm: Strict; tts: TtsStrict } = NOT_STRICT;
  /** In place of the stand-in's voice. */
  voice: Voice | undefined;
  readonly faults = new FaultPlan();
  readonly journal = new Journal();
  readonly #startProfile: Profile;
  profile: Profile;

  constructor(profile: Profile) {
    this.#startProfile = profile;
    this.profile = profile;
  }

  apply({ reset, profile, stt, llm, tts, faults: planned }: Control): void {
    if (reset) this.reset();
    this.profile = { ...this.profile, ...profile };
    if (stt?.answers) this.stt.queue = [...stt.answers];
    if (stt?.always !== undefined) this.stt.always = stt.always;
    if (llm?.answers) this.llm.queue = [...llm.answers];
    if (llm?.rules) this.llm.rules = llm.rules;
    if (llm?.always !== undefined) this.llm.always = llm.always;
    const { stt: hears, llm: chats, tts: speaks } = this.strict;
    this.strict = {
      stt: stt?.strict ?? hears,
      llm: llm?.strict ?? chats,
      tts: tts?.strict ?? speaks,
    };
    for (const route of ROUTES) {
      const forRoute = planned?.[route];
      if (forRoute) this.faults.set(route, forRoute);
    }
  }

  reset(): void {
    this.profile = this.#startProfile;
    this.stt.clear();
    this.llm.clear();
    this.strict = NOT_STRICT;
    this.voice = undefined;
    this.faults.clear();
    this.journal.clear();
  }

  /** What `GET /control` shows. */
  snapshot() {
    const { stt, llm, journal } = this;
    return {
      standIn: true,
      profile: this.profile,
      stt: { answers: stt.queue, always: stt.always, strict: this.strict.stt },
      llm: {
        answers: llm.queue,
        rules: llm.rules,
        always: llm.always,
        strict: this.strict.llm,
      },
      tts: { strict: this.strict.tts },
      faults: this.faults.pending(),
      counts: {
        stt: journal.counts('stt'),
        llm: journal.counts('llm'),
        tts: journal.counts('tts'),
        models: journal.counts('models'),
        realtime: journal.counts('realtime'),
      },
      requests: journal.entries(),
    };
  }
}
