import type { Log } from '../observe/log.ts';
import type { Clock } from './clock.ts';
import type { State } from './control.ts';
import type { DetailsByRoute } from './journal.ts';
import { type ChatDetails, type ChatRequest, createLlm, LLM_MODEL } from './llm.ts';
import type { ModelRoute } from './model-route.ts';
import type { Recognizer } from './recognizer.ts';
import { findSpeaker, type Speaker, type SpeakerChoice } from './speaker.ts';
import { findSphinx } from './sphinx.ts';
import { createStt, STT_MODEL, type TranscriptionDetails, type TranscriptionRequest } from './stt.ts';
import { createTts, OPENAI_RATE, type SpeechDetails, type SpeechRequest, TTS_MODEL } from './tts.ts';
import { type WhisperChoice, whisperOr } from './whisper/recognizer.ts';

/** Programs that the stand-ins use where installed: commands to try in order, `[]` to do without. */
export interface Programs {
  espeak?: readonly string[];
  pocketsphinx?: readonly string[];
  /** Not a program but a package: how to load it, `false` to do without. */
  flite?: NonNullable<SpeakerChoice['flite']>;
  /** Nor this: a Whisper model, which may be fetched only now. It hears better than PocketSphinx. */
  whisper?: WhisperChoice;
}

const PROGRAMS = { espeak: ['espeak-ng'], pocketsphinx: ['pocketsphinx_continuous', 'pocketsphinx'] };

/** What was found of them. */
export interface Engines {
  speaker: Speaker;
  recognizer: Recognizer | undefined;
}

export async function findEngines(programs: Programs = {}, log?: Log): Promise<Engines> {
  const commands = { ...PROGRAMS, ...programs };
  const [speaker, sphinx] = await Promise.all([
    findSpeaker({ ...commands, log }),
    findSphinx(commands.pocketsphinx),
  ]);
  const { whisper } = commands;
  return { speaker, recognizer: whisper ? await whisperOr(sphinx, whisper, log) : sphinx };
}

/** The model behind each route. */
export interface Models {
  stt: ModelRoute<TranscriptionRequest, TranscriptionDetails>;
  llm: ModelRoute<ChatRequest, ChatDetails>;
  tts: ModelRoute<SpeechRequest, SpeechDetails>;
  models: ModelRoute<DetailsByRoute['models'], DetailsByRoute['models']>;
}

/** Wires the models to the state, which may change between two requests. */
export function createModels(state: State, { speaker, recognizer }: Engines, clock: Clock): Models {
  return {
    stt: createStt({
      clock,
      recognizer,
      script: state.stt,
      strict: () => state.strict.stt,
      latencyMs: () => state.profile.stt?.latencyMs ?? 0,
    }),
    llm: createLlm({
      clock,
      script: state.llm,
      strict: () => state.strict.llm,
      marking: () => state.profile.llm?.marking ?? { mode: 'never' },
      ttftMs: () => state.profile.llm?.ttftMs ?? 0,
      tokensPerS: () => state.profile.llm?.tokensPerS,
    }),
    tts: createTts({
      clock,
      speaker,
      strict: () => state.strict.tts,
      voice: () => state.voice,
      sampleRate: () => state.profile.tts?.sampleRate ?? OPENAI_RATE,
      ttfbMs: () => state.profile.tts?.ttfbMs ?? 0,
      realtimeFactor: () => state.profile.tts?.realtimeFactor,
    }),
    models: modelList,
  };
}

const modelList: Models['models'] = {
  read: async () => ({}),
  describe: () => ({}),
  async answer(_, { reply }) {
    const data = [STT_MODEL, LLM_MODEL, TTS_MODEL].map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'stand-in',
    }));
    await reply.json(200, { object: 'list', data });
    return {};
  },
};
