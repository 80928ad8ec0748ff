import { initializeLogger } from '@livekit/agents';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { OnDeviceTurnModel } from '../../../src/stages/turn/turn-model.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** The model's process, which answers with this probability, or fails; `asked` has the audio of each question. */
function modelOf(probability: number | undefined) {
  const asked: Int16Array[] = [];
  const model = new OnDeviceTurnModel({
    async doInference(method, data) {
      const bytes = Buffer.from((data as { pcm: string }).pcm, 'base64');
      asked.push(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
      if (method !== 'lk_eot_audio' || probability === undefined) throw new Error('no such process');
      return { probability, inferenceDurationMs: 25 };
    },
  });
  onTestFinished(() => model.close());
  const hear = async (ms: number, level: number) => {
    for (let heardMs = 0; heardMs < ms; heardMs += 10) model.push(new Int16Array(160).fill(level));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { model, asked, hear };
}

test('a turn sounds over from the probability on that the model has for its language', async () => {
  const { model, hear } = modelOf(0.35);
  await hear(500, 1);
  const isOver = await model.predict();
  expect(['id', 'en', 'en-GB', 'english', 'fr'].map(isOver)).toEqual([true, false, false, false, true]);
});

test('languages that the model does not know are left to the words', async () => {
  const { model, hear } = modelOf(0.9);
  await hear(500, 1);
  const isOver = await model.predict();
  expect(['ms', 'malay', '', undefined].map(isOver)).toEqual([undefined, undefined, undefined, undefined]);
});

test('the last 1.2 s of this turn count', async () => {
  const { model, asked, hear } = modelOf(0.9);
  await hear(1000, 1);
  await hear(800, 2);
  await model.predict();
  const [samples = new Int16Array()] = asked;
  expect([samples.length, samples.filter((level) => level === 2).length]).toEqual([19_200, 12_800]);
  model.reset();
  await hear(300, 3);
  await model.predict();
  expect(asked[1]).toEqual(new Int16Array(4800).fill(3));
});

test('a model that does not run says nothing', async () => {
  const { model, hear } = modelOf(undefined);
  await hear(500, 1);
  expect((await model.predict())('en')).toBeUndefined();
});
