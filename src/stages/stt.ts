import type { stt } from '@livekit/agents';
import { servedBy, serversOf } from '../config/models.ts';
import type { Providers } from '../config/providers/provider.ts';
import type { Config } from '../config/schema.ts';
import type { EndpointError } from '../errors.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { Deadlines, Timing } from '../openai/exchange.ts';
import { merged } from '../openai/extra-body.ts';
import { fault } from '../openai/fault.ts';
import { openRealtime } from '../openai/realtime.ts';
import { endpointUrl } from '../openai/request.ts';
import { type Candidate, keyOf, processRoutes } from '../openai/route-memory.ts';
import { type Transcript, transcribe } from '../openai/transcription.ts';
import { transcribeStreamed } from '../openai/transcription-sse.ts';
import { encodeWav } from '../openai/wav.ts';
import type { Persona } from '../persona/persona.ts';
import { asEndpointError } from './endpoint.ts';
import { reporters, type StageHooks } from './hooks.ts';
import { filterTranscript, loudnessDbfs, type SilenceReason } from './silence-guard.ts';
import { FallbackTranscriber, type Lateness } from './turn/fallback-transcriber.ts';
import { RealtimeTranscriber } from './turn/realtime-transcriber.ts';
import {
  TURN_SAMPLE_RATE,
  type TurnText,
  type TurnTranscriber,
  WholeAudioTranscriber,
  type WholeAudioTranscription,
} from './turn/transcriber.ts';

export interface SttHooks extends StageHooks {
  /** An utterance that was sent but held no speech, or only the agent's own. */
  onDropped?(reason: SilenceReason | 'echo'): void;
  /** Realtime transcription failed and never worked: batch serves the rest of the call. */
  onFallback?(error: EndpointError): void;
  /** Realtime transcription lost a part of a turn, and batch had it. */
  onRescued?(error: EndpointError): void;
}

/** What turns the caller's turns into text, for one call. */
export function createTranscriber(
  config: Config,
  persona: Pick<Persona, 'language' | 'extraBody'>,
  hooks: SttHooks,
  clock: Clock = systemClock,
): TurnTranscriber {
  const { mode, ...deadlines } = config.stt;
  const language = persona.language ?? config.stt.language;
  const [first, ...others] = serversOf(config, 'stt').map((server) => {
    return { ...server, extraBody: merged(server.extraBody ?? {}, persona.extraBody?.stt) };
  });
  if (!first) throw new RangeError('no transcription endpoint');
  const endpoint = { ...first, others, language, deadlines };
  const told = reporters(hooks, 'stt');
  const filter = createFilter(language, hooks);
  const onError = (error: unknown) => {
    const failure = asEndpointError(error, 'stt', first.baseUrl);
    if (failure.failure !== 'aborted') hooks.onError(failure);
  };
  const quietly: WholeAudioTranscription = async (samples, signal) => {
    const wav = encodeWav(samples, TURN_SAMPLE_RATE, 1);
    const once = { ...endpoint, deadlines: { ...deadlines, attempts: 1 } };
    return createFilter(language)(await transcribe({ ...once, wav, signal }), samples);
  };
  const whole = (stream: boolean) => {
    const ask = stream ? transcribeStreamed : transcribe;
    const loudly: WholeAudioTranscription = async (samples, signal) => {
      const wav = encodeWav(samples, TURN_SAMPLE_RATE, 1);
      try {
        return filter(await ask({ ...endpoint, wav, signal, ...told }), samples);
      } catch (error) {
        if (!signal.aborted) onError(error);
        throw error;
      }
    };
    return new WholeAudioTranscriber(loudly, clock, quietly);
  };
  // What has a protocol of its own hears speech while it is spoken.
  if (mode !== 'realtime' && !first.wire) return whole(mode === 'sse');
  const late = lateness(first, deadlines, clock);
  const realtime = openRealtime({ ...endpoint, sampleRate: TURN_SAMPLE_RATE, onTiming: late.answered });
  return new FallbackTranscriber({
    first: new RealtimeTranscriber({
      ...{ realtime, filter, whole: quietly, late },
      onRescued: (error) => hooks.onRescued?.(asEndpointError(error, 'stt', first.baseUrl)),
      onError(error) {
        // Before that, the turn is not lost: `onFallback` tells of it.
        if (realtime.hasAnswered) onError(error);
      },
    }),
    second: () => whole(false),
    hasWorked: () => realtime.hasAnswered,
    late: { ...late, afterMs: () => Math.max(FIRST_LATE_MS, late.afterMs()) },
    onFallback: (error) => hooks.onFallback?.(error),
  });
}

/** A server that has transcribed nothing in this call is given up for batch no sooner: it may still load its model. */
const FIRST_LATE_MS = 1500;

/** When realtime transcription is late, as other requests are: by the times that it took lately. */
function lateness(
  server: Candidate,
  { hedgeAfterMs }: Deadlines,
  clock: Clock,
): Lateness & { answered(timing: Timing): void } {
  const { pace } = processRoutes;
  const key = `${keyOf('stt', server)} realtime`;
  const target = { endpoint: 'stt', url: endpointUrl(server.baseUrl, 'realtime') } as const;
  return {
    clock,
    afterMs: () =>
      hedgeAfterMs ? Math.max(hedgeAfterMs, pace.hedgeAfterMs(key, [], 1)) : Number.POSITIVE_INFINITY,
    error: (ms) =>
      fault(target, 'first-byte', `late: no text within ${Math.round(ms)} ms of the caller's pause`),
    answered: ({ firstByteMs }) => pace.answered(key, 1, firstByteMs),
  };
}

/** Keeps of a transcript what was said; reports why, where nothing was. */
function createFilter(language: string | undefined, hooks?: SttHooks) {
  return (transcript: Transcript, samples: Int16Array): TurnText => {
    const { text, reason } = filterTranscript(transcript, loudnessDbfs(samples, TURN_SAMPLE_RATE));
    if (reason) hooks?.onDropped?.(reason);
    return { text, language: transcript.language ?? language };
  };
}

/** A provider's own transcriber, which streams and says by itself what was said; `undefined` where it has none. */
export async function createPluginStt(
  config: Config,
  personaLanguage: string | undefined,
  hooks: SttHooks,
  providers?: Providers,
): Promise<stt.STT | undefined> {
  const { plugin, baseUrl, own, model } = servedBy(config, 'stt', providers);
  if (!plugin) return undefined;
  const transcriber = await plugin.create({ own, model, language: personaLanguage ?? config.stt.language });
  transcriber.on('error', ({ error }) => hooks.onError(asEndpointError(error, 'stt', baseUrl)));
  return transcriber;
}
