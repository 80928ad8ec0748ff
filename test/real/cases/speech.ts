import type { JsonObject } from '../../../src/openai/extra-body.ts';
import { listVoices } from '../../../src/openai/models.ts';
import { type SpeakOptions, speak } from '../../../src/openai/speech.ts';
import { type Case, options, outcomeOf } from './case.ts';

type Wanted = Partial<SpeakOptions> & {
  /** Leaves when the first sound is here, as a barge-in does. */
  leave?: true;
};

function speech(name: string, { leave, ...wanted }: Wanted = {}): Case {
  return {
    name: `speech.${name}`,
    stage: 'speech',
    run: (target) => outcomeOf(() => spoken({ ...target, text: 'Yes.', ...options(), ...wanted }, leave)),
  };
}

async function spoken(asked: SpeakOptions, leave: true | undefined): Promise<JsonObject> {
  let samples = 0;
  let peak = 0;
  let sampleRate = 0;
  for await (const chunk of speak(asked)) {
    sampleRate = chunk.sampleRate;
    samples += chunk.samples.length;
    for (const sample of chunk.samples) peak = Math.max(peak, Math.abs(sample));
    if (leave) return { sampleRate };
  }
  return { sampleRate, ms: Math.round((samples / sampleRate) * 1000), audible: peak > 1000 };
}

export const SPEECH_CASES: readonly Case[] = [
  {
    name: 'speech.voices',
    stage: 'speech',
    run: ({ baseUrl }) => outcomeOf(async () => ({ voices: await listVoices({ baseUrl, ...options() }) })),
  },
  speech('pcm'),
  speech('wav', { format: 'wav' }),
  // speaches: the rate at which it answers.
  speech('sample-rate', { extraBody: { sample_rate: 24_000 } }),
  speech('speed', { speed: 1.5 }),
  speech('speed-out-of-range', { speed: 9 }),
  speech('left', { text: 'The shop opens at nine in the morning. '.repeat(4), leave: true }),
  speech('too-long', { text: 'One two three. '.repeat(300), leave: true }),
  speech('no-words', { text: ' ' }),
  speech('only-signs', { text: '…' }),
  speech('unknown-voice', { voice: 'no-such-voice' }),
  speech('unknown-model', { model: 'no-such-model' }),
  speech('unknown-format', { extraBody: { response_format: 'no-such-format' } }),
  speech('unknown-field', { extraBody: { no_such_field: 1 } }),
];
