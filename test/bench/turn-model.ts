import { createRequire } from 'node:module';
import type { TurnModel } from '../../src/stages/turn/roles.ts';
import { TURN_SAMPLE_RATE } from '../../src/stages/turn/transcriber.ts';
import { OnDeviceTurnModel } from '../../src/stages/turn/turn-model.ts';

interface LocalInference {
  initEot(): void;
  /** @param samples - mono, 16 kHz. */
  predict(samples: Int16Array): Promise<number>;
}

/** The turn model in this process, as the framework runs it in one of its own, and what it costs. */
export function loadTurnModel() {
  const require = createRequire(createRequire(import.meta.url).resolve('@livekit/agents'));
  const beforeBytes = process.memoryUsage().rss;
  const library: LocalInference = require('@livekit/local-inference');
  library.initEot();
  const questions: { cpuMs: number; wallMs: number }[] = [];
  const executor = {
    async doInference(_method: string, data: unknown) {
      const bytes = Buffer.from((data as { pcm: string }).pcm, 'base64');
      const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
      const startedAt = performance.now();
      const cpu = process.cpuUsage();
      const probability = await library.predict(samples);
      const { user, system } = process.cpuUsage(cpu);
      const wallMs = performance.now() - startedAt;
      questions.push({ cpuMs: (user + system) / 1000, wallMs });
      return { probability, inferenceDurationMs: wallMs };
    },
  };
  return {
    /** One caller's model; it hears the samples up to the moment it is asked. */
    hearing(samples: Int16Array, nowMs: () => number): TurnModel {
      const model = new OnDeviceTurnModel(executor);
      let heard = 0;
      return {
        push() {},
        reset: () => model.reset(),
        close: () => model.close(),
        async predict() {
          const until = Math.round((nowMs() * TURN_SAMPLE_RATE) / 1000);
          model.push(samples.slice(heard, until));
          heard = until;
          // The framework takes audio in with the next turn of the event loop.
          await new Promise((resolve) => setImmediate(resolve));
          return model.predict();
        },
      };
    },
    /** Medians of a question; memory after the last one. */
    costs() {
      const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
      return {
        questions: questions.length,
        cpuMs: Math.round(median(questions.map(({ cpuMs }) => cpuMs))),
        wallMs: Math.round(median(questions.map(({ wallMs }) => wallMs))),
        memoryMb: Math.round((process.memoryUsage().rss - beforeBytes) / 1e6),
      };
    },
  };
}
