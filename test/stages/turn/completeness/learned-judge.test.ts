import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseWavHeader } from '../../../../src/openai/wav.ts';
import { LearnedJudge } from '../../../../src/stages/turn/completeness/learned-judge.ts';

const judge = (text: string) => new LearnedJudge().judge(text);

test('what breaks off is told from what is whole by words alone', () => {
  expect(judge('I would like to')).toBe('not');
  expect(judge('Saya nak tanya sebab')).toBe('not');
  expect(judge('That would be great.')).toBe('surely');
  expect(judge('My internet is down since Monday.')).toBe('surely');
});

test('a short answer does not wait longest', () => {
  for (const text of ['Yes.', 'Yes, please.', 'Terima kasih.']) expect(judge(text)).not.toBe('not');
});

test('words of a language that was never heard are not taken for whole without a mark', () => {
  expect(judge('zdravím vás mám')).not.toBe('surely');
});

test('the sound counts, and a judge forgets it with the turn', async () => {
  const bytes = await readFile('test/fixtures/speech-16k.wav');
  const header = parseWavHeader(bytes);
  const from = header?.dataOffset ?? 0;
  const samples = new Int16Array(
    bytes.buffer.slice(
      bytes.byteOffset + from,
      bytes.byteOffset + bytes.length - ((bytes.length - from) % 2),
    ),
  );
  const heard = new LearnedJudge();
  heard.push(samples);
  const judged = heard.judge('Can you help me with my bill');
  heard.reset();
  expect(heard.judge('Can you help me with my bill')).toBe(judge('Can you help me with my bill'));
  expect(['surely', 'perhaps', 'not']).toContain(judged);
});

test('the weights are small', async () => {
  const { size } = await stat('src/stages/turn/completeness/weights.json');
  expect(size).toBeLessThan(2_000_000);
});
