import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseWavHeader } from '../../../../src/openai/wav.ts';
import { LearnedJudge } from '../../../../src/stages/turn/completeness/learned-judge.ts';

const judge = (text: string) => new LearnedJudge().judge(text);

test('what breaks off is told from what is whole by words alone', () => {
  const whole = ['That would be great.', 'My internet is down since Monday.', 'Saya nak tanya pasal bil.'];
  for (const broken of ['I would like to', 'Saya nak tanya sebab'])
    for (const text of whole) expect(judge(text), `${text} / ${broken}`).toBeGreaterThan(judge(broken));
});

test('short answers are compared with short answers: a «yes» seems as finished as long sentences do', () => {
  expect(judge('Yes, please.')).toBeGreaterThan(0.22);
  expect(judge('Yes.')).toBeGreaterThan(judge('Yes, and'));
});

test('words of a language that was never heard are not taken for whole without a mark', () => {
  expect(judge('zdravím vás mám')).toBeLessThan(judge('Zdravím vás.'));
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
  expect(judged).not.toBe(judge('Can you help me with my bill'));
  expect(judged).toBeGreaterThanOrEqual(0);
  expect(judged).toBeLessThanOrEqual(1);
});

test('the weights are small', async () => {
  const { size } = await stat('src/stages/turn/completeness/weights.json');
  expect(size).toBeLessThan(2_000_000);
});
