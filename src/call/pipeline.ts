import { type VAD, voice } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import type { Deadlines } from '../openai/exchange.ts';
import type { Persona } from '../persona/store.ts';
import { createLlm } from '../stages/llm.ts';
import { createStt, type SttHooks } from '../stages/stt.ts';
import { createTts } from '../stages/tts.ts';
import { turnOptions } from '../stages/turn.ts';

export interface PipelineParts {
  config: Config;
  persona: Persona;
  /** Loaded once per process, before the call. */
  vad: VAD;
  hooks: SttHooks;
}

/** The wiring: VAD → STT → turn → LLM → TTS, as one session that is not started yet. */
export function buildPipeline({ config, persona, vad, hooks }: PipelineParts): voice.AgentSession {
  const stt = createStt(config, persona.language, hooks);
  const turn = turnOptions(config.turn, persona.allowInterruptions);
  const llm = createLlm(config.llm, persona, hooks);
  const tts = createTts(config, persona.voice, hooks);
  return new voice.AgentSession({
    vad,
    stt,
    ...turn,
    llm,
    tts,
    // Our own limits decide about silence, our own stages about retries; their failures never end the session.
    userAwayTimeout: null,
    connOptions: {
      // Batch transcription retries by itself; a stream has to be opened again.
      ...(config.stt.provider === 'deepgram' ? {} : { sttConnOptions: NO_RETRY }),
      llmConnOptions: { ...NO_RETRY, timeoutMs: longestRequestMs(config.llm) },
      ttsConnOptions: NO_RETRY,
      maxUnrecoverableErrors: Number.MAX_SAFE_INTEGER,
    },
    ttsReadIdleTimeout: longestRequestMs(config.tts),
    forwardAudioIdleTimeout: longestRequestMs(config.llm) + longestRequestMs(config.tts),
  });
}

const NO_RETRY = { maxRetry: 0 };
/** Between two attempts, at most (`openai/retry.ts`). */
const LONGEST_WAIT_MS = 2000;

/** Room for every attempt of one request, so that the framework's guard never fires before our own deadlines. */
function longestRequestMs({
  connectTimeoutMs,
  firstByteTimeoutMs,
  stallTimeoutMs,
  attempts,
}: Deadlines): number {
  return (connectTimeoutMs + firstByteTimeoutMs + stallTimeoutMs + LONGEST_WAIT_MS) * attempts;
}
