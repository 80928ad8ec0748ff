import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readText, request } from '../../../src/openai/request.ts';
import {
  type TranscribeOptions,
  type Transcript,
  transcribe,
  transcriptionCall,
} from '../../../src/openai/transcription.ts';
import { transcribeStreamed } from '../../../src/openai/transcription-sse.ts';
import { encodeWav } from '../../../src/openai/wav.ts';
import { type Case, options, outcomeOf, type Target } from './case.ts';

/** "Is my data plan still active", 16 kHz. */
const SPEECH = join(import.meta.dirname, '../../fixtures/speech-16k.wav');
const silence = (ms: number) => encodeWav(new Int16Array(16 * ms), 16_000);

type Wanted = Omit<Partial<TranscribeOptions>, 'wav'> & { wav?: Uint8Array };

async function asked({ baseUrl, model }: Target, wanted: Wanted): Promise<TranscribeOptions> {
  const wav = wanted.wav ?? (await readFile(SPEECH));
  // A server's refusal of a format is learned anew by each case.
  return { baseUrl, model, language: 'en', ...options(), plainServers: new Set<string>(), ...wanted, wav };
}

/** Of what servers measure, only whether it is there: the figures differ from run to run. */
function heard({ text, language, durationMs, segments = [] }: Transcript) {
  const known = segments.flatMap((segment) => Object.keys(segment));
  return {
    text,
    ...(language && { language }),
    ...(durationMs && { durationMs }),
    segments: [...new Set(known)],
  };
}

function batch(name: string, wanted: Wanted = {}): Case {
  return {
    name: `batch.${name}`,
    stage: 'batch',
    run: (target) => outcomeOf(async () => heard(await transcribe(await asked(target, wanted)))),
  };
}

function sse(name: string, wanted: Wanted = {}): Case {
  return {
    name: `sse.${name}`,
    stage: 'sse',
    run: (target) => outcomeOf(async () => heard(await transcribeStreamed(await asked(target, wanted)))),
  };
}

/** Fields of the form that the product is careful not to send together. */
const verboseStream: Case = {
  name: 'sse.refused-verbose',
  stage: 'sse',
  run: (target) =>
    outcomeOf(async () => {
      const fields = { response_format: 'verbose_json', stream: 'true' };
      const call = await transcriptionCall(await asked(target, {}), fields);
      await readText(call, await request(call));
      return { taken: true };
    }),
};

export const TRANSCRIPTION_CASES: readonly Case[] = [
  batch('transcript'),
  batch('any-language', { language: undefined }),
  batch('prompt', { prompt: 'data plan' }),
  batch('silence', { wav: silence(1000) }),
  batch('short', { wav: silence(40) }),
  batch('no-audio', { wav: encodeWav(new Int16Array(0), 16_000) }),
  batch('not-a-wav', { wav: new TextEncoder().encode('this is no sound') }),
  batch('unknown-model', { model: 'no-such-model' }),
  batch('unknown-language', { language: 'xx' }),
  batch('temperature', { extraBody: { temperature: 5 } }),
  sse('transcript'),
  sse('silence', { wav: silence(1000) }),
  sse('not-a-wav', { wav: new TextEncoder().encode('this is no sound') }),
  sse('unknown-model', { model: 'no-such-model' }),
  verboseStream,
];
