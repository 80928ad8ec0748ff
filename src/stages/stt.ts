import { type AudioBuffer, mergeFrames, normalizeLanguage, stt } from '@livekit/agents';
import { STT as DeepgramStt } from '@livekit/agents-plugin-deepgram';
import { modelNames } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import { transcribe } from '../openai/transcription.ts';
import { encodeWav } from '../openai/wav.ts';
import { asEndpointError, deepgramRoot, hostOf } from './endpoint.ts';
import { reportFirstByte, type StageHooks } from './hooks.ts';
import { loudnessDbfs, type SilenceReason, silenceReason } from './silence-guard.ts';

export interface SttHooks extends StageHooks {
  /** An utterance that was sent but held no speech. */
  onDropped?(reason: SilenceReason): void;
}

/** The transcriber of one call: our own batch client, or Deepgram's streaming plugin. */
export function createStt(config: Config, personaLanguage: string | undefined, hooks: SttHooks): stt.STT {
  const model = modelNames(config).stt;
  const language = personaLanguage ?? config.stt.language;
  if (config.stt.provider === 'deepgram') return deepgram(config.deepgram, model, language, hooks);
  return new BatchStt({ ...config.stt, model, language }, hooks);
}

type BatchOptions = Config['stt'] & { model: string };

/**
 * Posts each utterance, as the VAD cut it, to `/audio/transcriptions`. Retries and deadlines are those of
 * `openai/request`; what still fails is reported and answered with an empty transcript, because an exception
 * here would end the framework's stream and with it the call.
 */
export class BatchStt extends stt.STT {
  readonly label = 'voice-agent.BatchStt';
  readonly #options: BatchOptions;
  readonly #hooks: SttHooks;

  constructor(options: BatchOptions, hooks: SttHooks) {
    super({ streaming: false, interimResults: false });
    this.#options = options;
    this.#hooks = hooks;
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return hostOf(this.#options.baseUrl);
  }

  /** @param audio - one utterance of mono 16-bit frames, any rate (this program asks the room for 16 kHz). */
  protected override async _recognize(
    audio: AudioBuffer,
    abortSignal?: AbortSignal,
  ): Promise<stt.SpeechEvent> {
    const frame = mergeFrames(audio);
    try {
      const transcript = await transcribe({
        baseUrl: this.#options.baseUrl ?? '',
        apiKey: this.#options.apiKey,
        model: this.model,
        language: this.#options.language,
        wav: encodeWav(frame.data, frame.sampleRate, frame.channels),
        deadlines: this.#options,
        signal: abortSignal,
        onTiming: reportFirstByte(this.#hooks, 'stt'),
      });
      const reason = silenceReason(transcript, loudnessDbfs(frame.data, frame.sampleRate));
      if (reason) this.#hooks.onDropped?.(reason);
      return finalTranscript(
        reason ? '' : transcript.text.trim(),
        transcript.language ?? this.#options.language,
      );
    } catch (error) {
      const failure = asEndpointError(error, 'stt', this.#options.baseUrl);
      if (failure.failure !== 'aborted') this.#hooks.onError(failure);
      return finalTranscript('', this.#options.language);
    }
  }

  override stream(): stt.SpeechStream {
    throw new Error('BatchStt does not stream; the session wraps it with its VAD');
  }
}

function finalTranscript(text: string, language: string | undefined): stt.SpeechEvent {
  return {
    type: stt.SpeechEventType.FINAL_TRANSCRIPT,
    alternatives: [
      { text, language: normalizeLanguage(language ?? ''), startTime: 0, endTime: 0, confidence: 1 },
    ],
  };
}

function deepgram(
  { apiKey = '', baseUrl = '' }: Config['deepgram'],
  model: string,
  language = 'multi',
  hooks: SttHooks,
): stt.STT {
  const plugin = new DeepgramStt({ apiKey, baseUrl: deepgramRoot(baseUrl, 'ws'), model, language });
  plugin.on('error', ({ error }) => hooks.onError(asEndpointError(error, 'stt', baseUrl)));
  return plugin;
}
