import { AudioFrame } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { hearAll, Incoming } from '../../../src/stages/turn/incoming.ts';

const frame = (value: number) => new AudioFrame(Int16Array.of(value), 16_000, 1, 1);
const numberIn = ({ data }: AudioFrame) => data[0];

test('what comes before anybody listens waits, the last 10 s of it, and comes first', () => {
  const incoming = new Incoming();
  for (let value = 0; value < 400; value += 1) incoming.push(frame(value));
  const heard: unknown[] = [];
  incoming.listen((one) => heard.push(numberIn(one)));
  incoming.push(frame(1000));
  expect(heard).toHaveLength(313);
  expect([heard[0], heard.at(-1)]).toEqual([88, 1000]);
});

test('who listens next is given all from then on, and their end is not the end of the one before', () => {
  const [incoming, first, second] = [new Incoming(), [] as unknown[], [] as unknown[]];
  const before = incoming.listen((one) => first.push(numberIn(one)));
  incoming.push(frame(1));
  const after = incoming.listen((one) => second.push(numberIn(one)));
  before.stop();
  incoming.push(frame(2));
  expect([first, second]).toEqual([[1], [2]]);
  after.stop();
  incoming.push(frame(3));
  incoming.listen((one) => first.push(numberIn(one)));
  expect(first, 'what came between two').toEqual([1, 3]);
});

test('what a listener throws ends its listening, and reaches who waits for it', async () => {
  const incoming = new Incoming();
  let times = 0;
  const { failed } = incoming.listen(() => {
    times += 1;
    throw new Error('no room');
  });
  incoming.push(frame(1));
  incoming.push(frame(2));
  await expect(failed).rejects.toThrow('no room');
  expect(times).toBe(1);
});

test('of what comes through the framework, symbols are left out', async () => {
  const heard: unknown[] = [];
  async function* input() {
    yield frame(1);
    yield Symbol('flush');
    yield frame(2);
  }
  await hearAll(input(), (one) => heard.push(numberIn(one)));
  expect(heard).toEqual([1, 2]);
});
