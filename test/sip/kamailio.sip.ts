import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, expect } from 'vitest';
import { loudFrames } from '../../src/doctor/checks/sip-call.ts';
import { openCaller } from '../../src/sip/client/caller.ts';
import { readCommands } from '../cluster/edge/readme.ts';
import { NUMBER, useAnswered } from './answered.ts';
import { row } from './rows.ts';

const PROXY = '127.0.5.2';
const EXCHANGE = '127.0.5.9';
const STRANGER = '127.0.5.8';

const answered = useAnswered();
/** What the page says, by heading. */
const commands = readCommands(readFileSync('src/sip/README.md', 'utf8'), 'Kamailio');
const ran = new Set<string>(['What only you know']);

async function run(heading: string): Promise<void> {
  const script = commands.get(heading);
  if (script === undefined) throw new Error(`the page has no commands under «${heading}»`);
  ran.add(heading);
  const SIP_SERVICE = `127.0.0.1:${answered().sip.port}`;
  const env = { ...process.env, PROXY, SIP_SERVICE, TRUNK: EXCHANGE };
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env });
}

const from = (localAddress: string, signal: AbortSignal) =>
  openCaller({ host: PROXY, port: 5060, from: '+60123456789', localAddress, signal });

afterAll(async () => {
  if (ran.has('Start it') && !ran.has('Stop it')) await run('Stop it');
});

row(
  'Kamailio, set up by the commands of the page, brings a call through, its sound and its end',
  async () => {
    await run('See that the file is sound');
    await run('Start it');
    const { allow, pickUp, rooms } = answered();
    await allow(PROXY);
    const exchange = await from(EXCHANGE, AbortSignal.timeout(30_000));
    const [call, agent] = await Promise.all([exchange.call(NUMBER), pickUp()]);
    expect(call).toMatchObject({ status: 200, audio: { codecs: ['PCMU', 'telephone-event'] } });
    expect(call.provisional).toContain(180);
    const tone = Int16Array.from(
      { length: 24_000 },
      (_, at) => 8000 * Math.sin((at * 2 * Math.PI * 440) / 24_000),
    );
    const before = call.rtp.length();
    await agent.speak({ samples: tone, sampleRate: 24_000 });
    await expect
      .poll(() => loudFrames(call.rtp.heard(before)) * 10, { timeout: 20_000 })
      .toBeGreaterThan(700);
    await call.hangUp();
    exchange.close();
    await expect
      .poll(async () => (await rooms.listRooms()).flatMap(({ numParticipants }) => numParticipants), {
        timeout: 20_000,
      })
      .toEqual([1]);
    await agent.leave();
  },
);

row('Kamailio answers nobody but the trunk', async () => {
  const { rooms } = answered();
  const before = (await rooms.listRooms()).length;
  const stranger = await from(STRANGER, AbortSignal.timeout(2500));
  await expect(stranger.call(NUMBER)).rejects.toThrow(/abort/i);
  stranger.close();
  expect(await rooms.listRooms()).toHaveLength(before);
});

row('every command of the page on Kamailio was run', async () => {
  await run('Stop it');
  expect([...commands.keys()].filter((heading) => !ran.has(heading))).toEqual([]);
});
