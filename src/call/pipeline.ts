import { type inference, type VAD, voice } from '@livekit/agents';
import { servedBy } from '../config/models.ts';
import type { Providers } from '../config/providers/provider.ts';
import type { Config } from '../config/schema.ts';
import { asksForMark, type ChatEndpoint } from '../openai/chat-body.ts';
import type { Deadlines } from '../openai/exchange.ts';
import { LONGEST_PATIENCE_MS } from '../openai/pace.ts';
import type { Persona } from '../persona/store.ts';
import { createLlm } from '../stages/llm.ts';
import { createPluginStt, createTranscriber, type SttHooks } from '../stages/stt.ts';
import { createTts } from '../stages/tts.ts';
import { LearnedJudge } from '../stages/turn/completeness/learned-judge.ts';
import type { EchoPath } from '../stages/turn/echo/echo-path.ts';
import { SpeculationGovernor } from '../stages/turn/governor.ts';
import type { Floor, TurnTimes, WordsState } from '../stages/turn/roles.ts';
import { followTurnStt, followVad } from '../stages/turn/session-options.ts';
import { TurnStt } from '../stages/turn/stream.ts';
import { OnDeviceTurnModel } from '../stages/turn/turn-model.ts';
import { urlHost } from '../urls.ts';
import type { CallScope } from './scope.ts';

export interface CallHooks extends SttHooks {
  /** Not told by transcribers that take turns by themselves. */
  onTurnEnded?(times: TurnTimes): void;
  /** The words of a turn come late; then how that ended. The same holds. */
  onWordsAwaited?(state: WordsState, lastSoundAtMs: number): void;
  /** The caller speaks without a pause: so many longest turns in a row. */
  onTurnCut?(inARow: number): void;
  /** The agent's voice was held for as long as it may be, for speech that brought no words. */
  onHoldExpired?(): void;
  /** The voice activity detector failed. `isLost`: for good, the caller is not heard any more. */
  onDetectorFailed?(failure: { reason: string; isLost: boolean }): void;
}

/** Runs the framework's on-device turn model. */
export type TurnModelExecutor = NonNullable<inference.TurnDetectorOptions['executor']>;

export interface PipelineParts {
  scope: CallScope;
  config: Config;
  persona: Persona;
  /** Loaded once per process, before the call. */
  vad: VAD;
  floor: Floor;
  /** The chat model; shared with priming. */
  chat: ChatEndpoint;
  echo: EchoPath;
  hooks: CallHooks;
  /** When the caller's last packet came, in milliseconds of any clock. */
  lastPacketMs?: (() => Promise<number | undefined>) | undefined;
  turnModel?: TurnModelExecutor | undefined;
  /** Who can serve a stage; those of the program, unless given. */
  providers?: Providers;
}

/** The wiring: VAD → STT → turn → LLM → TTS, as one session that is not started yet. */
export async function buildPipeline({ chat, hooks, ...parts }: PipelineParts): Promise<voice.AgentSession> {
  const { config, persona, providers } = parts;
  const governor = new SpeculationGovernor(config.turn.speculationSlowMs);
  const watched: CallHooks = {
    ...governedBy(governor, hooks),
    onMark(mark, attempt) {
      hooks.onMark?.(mark, attempt);
      // A turn need not be kept open any longer for its answer's sake once that can be heard.
      if (input.stt instanceof TurnStt) input.stt.answerMark(mark, attempt);
    },
    onEndMark(isFinished, attempt) {
      hooks.onEndMark?.(isFinished, attempt);
      if (input.stt instanceof TurnStt) input.stt.answerJudged(isFinished, attempt);
    },
  };
  const input = await createInput({ ...parts, chat, hooks: watched }, governor);
  const llm = await createLlm(config, persona, { hooks: watched, endpoint: chat }, providers);
  const tts = await createTts(config, persona, watched, providers);
  return new voice.AgentSession({
    ...input,
    llm,
    tts,
    // Our own voice leaves markup and emoji out by itself; the framework's filters would hold words back.
    ...(servedBy(config, 'tts', providers).plugin ? {} : { ttsTextTransforms: null }),
    // Our own limits decide about silence, our own stages about retries; their failures never end the session.
    userAwayTimeout: null,
    connOptions: {
      ...(servedBy(config, 'stt', providers).plugin?.retriesItself === false
        ? {}
        : { sttConnOptions: NO_RETRY }),
      llmConnOptions: { ...NO_RETRY, timeoutMs: longestRequestMs(config.llm) },
      ttsConnOptions: NO_RETRY,
      maxUnrecoverableErrors: Number.MAX_SAFE_INTEGER,
    },
    ttsReadIdleTimeout: longestRequestMs(config.tts) + LONGEST_REST_MS,
    forwardAudioIdleTimeout: longestRequestMs(config.llm) + longestRequestMs(config.tts),
  });
}

/** VAD, STT and turn-taking. */
async function createInput(
  parts: PipelineParts,
  governor: SpeculationGovernor,
): Promise<voice.AgentSessionOptions> {
  const { scope, config, persona, vad, floor, chat, echo, hooks, providers } = parts;
  const plugin = await createPluginStt(config, persona.language, hooks, providers);
  if (plugin) return { vad, stt: plugin, ...followVad(config.turn, persona.allowInterruptions) };
  const { turn } = config;
  const served = servedBy(config, 'stt', providers);
  const turnModel = turn.detection === 'model' ? new OnDeviceTurnModel(parts.turnModel) : undefined;
  const judge = turn.detection === 'learned' ? new LearnedJudge() : undefined;
  const transcriber = createTranscriber(config, persona, hooks);
  // The stream that closes them may never be opened.
  scope.defer('turn model', () => turnModel?.close());
  scope.defer('transcriber', () => transcriber.close());
  const stt = new TurnStt({
    vad,
    floor,
    echo: counted(echo, hooks),
    governor,
    transcriber,
    turnModel,
    judge,
    modelJudges: () => config.llm.judgesTurns && asksForMark(chat.memory),
    lastPacketMs: parts.lastPacketMs,
    policy: { ...turn, useWords: turn.detection !== 'vad' },
    onTurn: hooks.onTurnEnded,
    onWordsAwaited: hooks.onWordsAwaited,
    onTurnCut: hooks.onTurnCut,
    onHoldExpired: hooks.onHoldExpired,
    onDetectorFailed: hooks.onDetectorFailed,
    model: served.model,
    provider: urlHost(served.baseUrl),
  });
  return { stt, ...followTurnStt(persona.allowInterruptions) };
}

/** Transcripts of the agent's own voice are counted with the others that are no speech of the caller's. */
function counted(echo: EchoPath, hooks: CallHooks) {
  return {
    hears: (samples: Int16Array) => echo.hears(samples),
    isHeard: () => echo.isHeard(),
    was(text: string, speechMs: number) {
      const isEcho = echo.was(text, speechMs);
      if (isEcho && text !== '') hooks.onDropped?.('echo');
      return isEcho;
    },
  };
}

/** An endpoint that is slow or fails is asked for nothing that may not be needed. */
function governedBy(governor: SpeculationGovernor, hooks: CallHooks): CallHooks {
  return {
    ...hooks,
    onError(error) {
      governor.failed(error.endpoint);
      hooks.onError(error);
    },
    onTiming(endpoint, firstByteMs) {
      // A transcript counts when it is whole (`TurnTaker`).
      if (endpoint !== 'stt') governor.answered(endpoint, firstByteMs);
      hooks.onTiming?.(endpoint, firstByteMs);
    },
  };
}

const NO_RETRY = { maxRetry: 0 };
/** The voice rests while two chunks are played that it spoke faster than that (`stages/speak-in-order.ts`). */
const LONGEST_REST_MS = 60_000;
/** Between two attempts, at most (`openai/retry.ts`). */
const LONGEST_WAIT_MS = 2000;

/** Room for every attempt of one request, so that the framework's guard never fires before our own deadlines. */
function longestRequestMs({
  connectTimeoutMs,
  firstByteTimeoutMs,
  stallTimeoutMs,
  attempts,
}: Deadlines): number {
  const eachMs = connectTimeoutMs + firstByteTimeoutMs + stallTimeoutMs + LONGEST_WAIT_MS;
  return eachMs * attempts + LONGEST_PATIENCE_MS;
}
