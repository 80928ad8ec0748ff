import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/openai/extra-body.ts';
import { openRealtime, type Realtime, type RealtimeOptions } from '../../../src/openai/realtime.ts';
import { decodeWav } from '../../../src/probe/wav.ts';
import { type Case, options, outcomeOf } from './case.ts';

const SPEECH = join(import.meta.dirname, '../../fixtures/speech-16k.wav');

type Talk = (realtime: Realtime, speech: Int16Array) => Promise<JsonObject>;

function realtime(name: string, talk: Talk, wanted: Partial<RealtimeOptions> = {}): Case {
  return {
    name: `realtime.${name}`,
    stage: 'realtime',
    run: ({ baseUrl, model }) =>
      outcomeOf(async () => {
        const { samples, sampleRate } = decodeWav(await readFile(SPEECH));
        const opened = openRealtime({ baseUrl, model, sampleRate, language: 'en', ...options(), ...wanted });
        try {
          return await talk(opened, samples);
        } finally {
          opened.close();
        }
      }),
  };
}

async function said(opened: Realtime, samples: Int16Array): Promise<string> {
  opened.append(samples);
  return (await opened.commit()).text;
}

export const REALTIME_CASES: readonly Case[] = [
  realtime('transcript', async (opened, speech) => ({ text: await said(opened, speech) })),
  realtime('two', async (opened, speech) => ({
    first: await said(opened, speech),
    second: await said(opened, speech),
  })),
  realtime('silence', async (opened) => ({ text: await said(opened, new Int16Array(16_000)) })),
  realtime('unknown-model', async (opened, speech) => ({ text: await said(opened, speech) }), {
    model: 'no-such-model',
  }),
];
