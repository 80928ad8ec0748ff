import { inference, normalizeLanguage } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { TurnEndPrediction, TurnModel } from './roles.ts';
import { TURN_SAMPLE_RATE } from './transcriber.ts';

/**
 * The framework's on-device model. It hears the last 1.2 s of a turn, and runs in one process that all calls of a
 * worker share. Pinned to the on-device version, because the framework picks its cloud twin whenever
 * `LIVEKIT_DEV_MODE` is set.
 */
export class OnDeviceTurnModel implements TurnModel {
  readonly #detector: inference.TurnDetector;
  readonly #stream: ReturnType<inference.TurnDetector['stream']>;

  /** @param executor - what runs the model; the worker's, told by the job, unless another is given. */
  constructor(executor?: inference.TurnDetectorOptions['executor']) {
    this.#detector = new inference.TurnDetector({ version: 'v1-mini', ...(executor && { executor }) });
    this.#stream = this.#detector.stream();
  }

  push(samples: Int16Array): void {
    this.#stream.pushAudio(new AudioFrame(samples, TURN_SAMPLE_RATE, 1, samples.length));
  }

  async predict(): Promise<TurnEndPrediction> {
    const { endOfTurnProbability, inferenceDuration } = await this.#stream.predict().await;
    return (language = '') => {
      const [code = ''] = normalizeLanguage(language).split('-');
      const threshold = this.#detector.thresholds[code];
      // Without a duration it is the framework's guess for a model that did not run.
      return threshold && inferenceDuration ? endOfTurnProbability >= threshold : undefined;
    };
  }

  reset(): void {
    this.#stream.flush('turn over');
  }

  close(): void {
    void this.#detector.aclose();
  }
}
