import { expect, test } from 'vitest';
import { Utterance } from '../../src/openai/realtime-utterance.ts';

const dialect = {
  sampleRate: 16_000,
  append: (samples: Int16Array) => ({
    type: 'audio',
    audio: Buffer.from(samples.slice().buffer).toString('base64'),
  }),
  commit: () => ({ type: 'commit' }),
  read: () => undefined,
};

function wire() {
  const sent: { type: string; audio?: string }[] = [];
  const send = (message: object) => void sent.push(message as { type: string });
  const bytes = () => sent.reduce((sum, { audio = '' }) => sum + Buffer.from(audio, 'base64').length, 0);
  return { sent, bytes, connection: { dialect, send, drop: () => undefined } };
}

test('what is appended is copied: the caller may use its buffer again', () => {
  const { sent, connection } = wire();
  const utterance = new Utterance(16_000);
  const frame = new Int16Array(1600).fill(5);
  utterance.push(frame);
  frame.fill(9);
  utterance.sendTo(connection);
  expect(Buffer.from(sent[0]?.audio ?? '', 'base64').readInt16LE(0)).toBe(5);
});

test('a minute can be sent again; more than that can not, and says so', () => {
  const utterance = new Utterance(16_000);
  const first = wire();
  for (let second = 0; second < 60; second += 1) {
    utterance.push(new Int16Array(16_000));
    utterance.sendTo(first.connection);
  }
  utterance.rewind();
  expect(utterance.whole).toBe(true);
  const second = wire();
  utterance.sendTo(second.connection);
  expect(second.bytes()).toBe(60 * 32_000);
  utterance.push(new Int16Array(1600));
  utterance.sendTo(second.connection);
  expect([utterance.whole, second.bytes()]).toEqual([true, 60 * 32_000 + 3200]);
  utterance.rewind();
  expect(utterance.whole).toBe(false);
});

test('the commit is sent once on each connection', () => {
  const { sent, connection } = wire();
  const utterance = new Utterance(16_000);
  utterance.push(new Int16Array(100));
  utterance.commit();
  expect([utterance.sendTo(connection), utterance.sendTo(connection)]).toEqual([true, false]);
  expect(sent.map(({ type }) => type)).toEqual(['audio', 'commit']);
  utterance.rewind();
  expect(utterance.sendTo(wire().connection)).toBe(true);
});
