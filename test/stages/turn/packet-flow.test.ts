import { expect, test } from 'vitest';
import { PacketFlow } from '../../../src/stages/turn/packet-flow.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { callerOver } from '../../helpers/turn.ts';

const settled = () => new Promise<void>((done) => setImmediate(done));

/** A line whose packets a test sends; its clock begins elsewhere than ours. */
function line() {
  const clock = manualClock();
  let lastMs: number | undefined;
  let offsetMs = 7_000_000;
  const flow = new PacketFlow({ clock, lastPacketMs: async () => lastMs });
  const send = () => {
    lastMs = clock.now() + offsetMs;
  };
  return {
    flow,
    /** Their clock is set back by so much. */
    setBack(ms: number) {
      offsetMs -= ms;
    },
    /** So much time in steps of 20 ms, in which a packet comes every so often. */
    async passes(ms: number, how: { packetEveryMs?: number; speech?: boolean; isInTurn?: boolean }) {
      const { packetEveryMs, speech = false, isInTurn = false } = how;
      for (let at = 20; at <= ms; at += 20) {
        clock.advance(20);
        if (packetEveryMs && at % packetEveryMs === 0) send();
        if (speech) flow.speech();
        else if (!isInTurn) void flow.quiet(at);
        else if (at % 60 === 0) void flow.look();
        await settled();
      }
    },
  };
}

test.each([
  ['all the time', 20],
  ['every 400 ms in silence', 400],
])(
  'of a line that sends %s, packets that do not come are missing, until they come again or it is lost',
  async (_, packetEveryMs) => {
    const { flow, passes } = line();
    await passes(100, { packetEveryMs: 20, speech: true });
    await passes(8000, { packetEveryMs });
    await passes(1000, { packetEveryMs: 20, speech: true });
    await passes(1000, { packetEveryMs, isInTurn: true });
    expect(flow.atEnd()).toBe('here');
    await passes(1000, { packetEveryMs: 20, speech: true });
    await passes(800, { isInTurn: true });
    expect(flow.atEnd()).toBe('missing');
    await passes(600, { isInTurn: true });
    expect(flow.atEnd()).toBe('missing');
    await passes(100, { packetEveryMs: 20, isInTurn: true });
    expect([flow.atEnd(), flow.atEnd()]).toEqual(['back', 'here']);
    await passes(4000, { isInTurn: true });
    expect(flow.atEnd()).toBe('here');
  },
);

test('a gap in the first words of a call is seen: until then the clocks were only compared in silence', async () => {
  const { flow, passes } = line();
  await passes(1380, { packetEveryMs: 400 });
  await passes(400, { packetEveryMs: 20, speech: true });
  await passes(520, { isInTurn: true });
  expect(flow.atEnd()).toBe('missing');
});

test('a line is known by the short silences of a caller whose turns follow each other', async () => {
  const { flow, passes } = line();
  await passes(1000, { packetEveryMs: 20, speech: true });
  await passes(540, { packetEveryMs: 20, isInTurn: true });
  await passes(1500, { packetEveryMs: 400 });
  await passes(1000, { packetEveryMs: 20, speech: true });
  await passes(540, { isInTurn: true });
  expect(flow.atEnd()).toBe('missing');
});

test('a gap is seen between two looks, and a packet that was only late delays no end', async () => {
  const { flow, passes } = line();
  await passes(8000, { packetEveryMs: 400 });
  await passes(1000, { packetEveryMs: 20, speech: true });
  await passes(480, { isInTurn: true });
  expect(flow.atEnd()).toBe('missing');
  await passes(60, { packetEveryMs: 20, isInTurn: true });
  expect(flow.atEnd()).toBe('here');
});

test('a phone that sends nothing in silence misses nothing', async () => {
  const { flow, passes } = line();
  await passes(100, { packetEveryMs: 20, speech: true });
  await passes(8000, {});
  await passes(1000, { packetEveryMs: 20, speech: true });
  await passes(800, { isInTurn: true });
  expect(flow.atEnd()).toBe('here');
});

test('a clock of packets that is set back holds no end for longer than a gap', async () => {
  const { flow, passes, setBack } = line();
  await passes(8000, { packetEveryMs: 20 });
  setBack(1000);
  await passes(100, { packetEveryMs: 20, isInTurn: true });
  expect(flow.atEnd()).toBe('missing');
  await passes(3100, { packetEveryMs: 20, isInTurn: true });
  expect(flow.atEnd()).toBe('here');
  await passes(100, { packetEveryMs: 20, isInTurn: true });
  expect(flow.atEnd()).toBe('here');
});

type Packets = ReturnType<PacketFlow['atEnd']>;

test('a turn does not end while packets are missing: who goes on after the gap said one sentence', async () => {
  const flow: { packets: Packets } = { packets: 'missing' };
  const { log, speak, quiet, last } = callerOver({ flow });
  speak(1000);
  quiet(200);
  await last().is('My contract ends in May.');
  quiet(2000);
  flow.packets = 'back';
  quiet(100);
  flow.packets = 'here';
  speak(500);
  expect(log.filter((what) => what.startsWith('ended'))).toEqual([]);
  quiet(200);
  await last().is('My contract ends in May. What then?');
  quiet(2000);
  expect(log.filter((what) => what.startsWith('ended'))).toEqual([
    'ended My contract ends in May. What then?',
  ]);
});

test('it ends some time after the packets are back, and at once where they are lost for good', async () => {
  for (const isBack of [true, false]) {
    const flow: { packets: Packets } = { packets: 'missing' };
    const { log, speak, quiet, last } = callerOver({ flow });
    speak(1000);
    quiet(200);
    await last().is('My contract ends in May.');
    quiet(1800);
    if (isBack) flow.packets = 'back';
    quiet(60);
    flow.packets = 'here';
    quiet(200);
    expect(log.includes('ended My contract ends in May.')).toBe(!isBack);
    quiet(1000);
    expect(log).toContain('ended My contract ends in May.');
  }
});

test('in a pause packets are looked for by the clock, also while no sound comes, and no more once the turn is over', async () => {
  const flow: { packets: Packets } = { packets: 'missing' };
  const { log, speak, quiet, last, clock } = callerOver({ flow });
  const looks = () => log.filter((what) => what === 'look').length;
  speak(1000);
  quiet(200);
  await last().is('My contract ends in May.');
  expect(looks()).toBe(0);
  clock.advance(1000);
  expect(looks()).toBeGreaterThanOrEqual(10);
  flow.packets = 'here';
  clock.advance(2000);
  expect(log.at(-1)).toBe('ended My contract ends in May.');
});

test('packets are looked for just before a turn may end, its words known or not', async () => {
  const flow: { packets: Packets } = { packets: 'here' };
  const { log, speak, quiet, last } = callerOver(
    { flow },
    { minEndpointingMs: 500, statementEndpointingMs: 800 },
  );
  const looks = () => log.filter((what) => what === 'look').length;
  speak(960);
  quiet(200);
  await last().is('My contract ends in May.');
  quiet(490);
  expect(looks()).toBe(0);
  quiet(110);
  expect(log.at(-1)).toBe('ended My contract ends in May.');
  expect(looks()).toBe(2);
  speak(960);
  quiet(390);
  expect(looks()).toBe(2);
  quiet(410);
  expect(looks()).toBeGreaterThanOrEqual(2 + 8);
  await last().is('My contract ends in May.');
  quiet(1);
  expect(log.at(-1)).toBe('ended My contract ends in May.');
});
