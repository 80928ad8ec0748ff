import type { stt } from '@livekit/agents';
import { STT as DeepgramStt } from '@livekit/agents-plugin-deepgram';
import { modelNames } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import { transcribe } from '../openai/transcription.ts';
import { encodeWav } from '../openai/wav.ts';
import { asEndpointError, deepgramRoot } from './endpoint.ts';
import { reportFirstByte, type StageHooks } from './hooks.ts';
import { loudnessDbfs, type SilenceReason, silenceReason } from './silence-guard.ts';
import {
  TURN_SAMPLE_RATE,
  type TurnTranscriber,
  WholeAudioTranscriber,
  type WholeAudioTranscription,
} from './turn/transcriber.ts';

export interface SttHooks extends StageHooks {
  /** An utterance that was sent but held no speech. */
  onDropped?(reason: SilenceReason): void;
}

/** What turns the caller's turns into text, for one call. */
export function createTranscriber(
  config: Config,
  personaLanguage: string | undefined,
  hooks: SttHooks,
): TurnTranscriber {
  const options = {
    ...config.stt,
    model: modelNames(config).stt,
    language: personaLanguage ?? config.stt.language,
  };
  return new WholeAudioTranscriber(believable(options, hooks, postWav(options, hooks)));
}

type SttOptions = Config['stt'] & { model: string };

/** `POST /audio/transcriptions`, whole. */
function postWav(options: SttOptions, hooks: SttHooks): WholeAudioTranscription {
  return (samples, signal) =>
    transcribe({
      baseUrl: options.baseUrl ?? '',
      apiKey: options.apiKey,
      model: options.model,
      language: options.language,
      wav: encodeWav(samples, TURN_SAMPLE_RATE, 1),
      deadlines: options,
      signal,
      onTiming: reportFirstByte(hooks, 'stt'),
    });
}

/** Drops what was invented over silence, and reports what failed. */
function believable(
  { baseUrl, language }: SttOptions,
  hooks: SttHooks,
  ask: WholeAudioTranscription,
): WholeAudioTranscription {
  return async (samples, signal) => {
    try {
      const transcript = await ask(samples, signal);
      const reason = silenceReason(transcript, loudnessDbfs(samples, TURN_SAMPLE_RATE));
      if (reason) hooks.onDropped?.(reason);
      const heard = transcript.language ?? language;
      return { ...transcript, text: reason ? '' : transcript.text.trim(), ...(heard && { language: heard }) };
    } catch (error) {
      const failure = asEndpointError(error, 'stt', baseUrl);
      if (failure.failure !== 'aborted' && !signal.aborted) hooks.onError(failure);
      throw failure;
    }
  };
}

/** Deepgram's streaming plugin, which says by itself what was said. */
export function createDeepgramStt(
  config: Config,
  personaLanguage: string | undefined,
  hooks: SttHooks,
): stt.STT {
  const { apiKey = '', baseUrl = '' } = config.deepgram;
  const plugin = new DeepgramStt({
    apiKey,
    baseUrl: deepgramRoot(baseUrl, 'ws'),
    model: modelNames(config).stt,
    language: personaLanguage ?? config.stt.language ?? 'multi',
  });
  plugin.on('error', ({ error }) => hooks.onError(asEndpointError(error, 'stt', baseUrl)));
  return plugin;
}
