import { expect } from 'vitest';
import type { Finding } from '../../src/doctor/check.ts';
import { sipCall } from '../../src/doctor/checks/sip-call.ts';
import { sipOptions } from '../../src/doctor/checks/sip-options.ts';
import { sipRules } from '../../src/doctor/checks/sip-rules.ts';
import { recordedSeries } from '../helm/series.ts';
import { inside } from '../helpers/inside.ts';
import { NUMBER, useAnswered } from './answered.ts';
import { row } from './rows.ts';

const answered = useAnswered();

const context = () => {
  const { livekit, sip } = answered();
  return inside(
    {
      ...{ LIVEKIT_URL: livekit.url, LIVEKIT_API_KEY: livekit.apiKey, LIVEKIT_API_SECRET: livekit.apiSecret },
      CHECK_SIP_URL: `sip:${NUMBER}@127.0.0.1:${sip.port}`,
    },
    { signal: AbortSignal.timeout(50_000) },
  );
};

/** Labels of what livekit-sip measures, by name. */
async function measured(): Promise<Record<string, string[]>> {
  const text = await (await fetch(`http://127.0.0.1:${answered().sip.metricsPort}/metrics`)).text();
  const lines = [...text.matchAll(/^(livekit_sip_\w+)\{(.*)\} /gm)];
  const labels = (all: string) => [...all.matchAll(/(\w+)="/g)].map(([, name = '']) => name);
  return Object.fromEntries(lines.map(([, name = '', all = '']) => [name, labels(all).sort()]));
}

row('check: no trunk; then a call that is picked up, heard, and answered', async () => {
  expect(await sipOptions.run(context())).toMatch(/UDP answers 200 OK/);
  expect(await sipRules.run(context())).toMatchObject({ verdict: 'fail', cause: 'every call is dropped' });
  const { allow, pickUp } = answered();
  await allow('127.0.0.1');
  expect(((await sipRules.run(context())) as Finding).evidence).toMatch(/by trunk 127\.0\.0\.1 and rule/);
  const undo: (() => unknown)[] = [];
  const found = sipCall.run({ ...context(), atEnd: (one) => undo.push(one) });
  const agent = await pickUp();
  const tone = Int16Array.from(
    { length: 24_000 },
    (_, at) => 8000 * Math.sin((at * 2 * Math.PI * 440) / 24_000),
  );
  let over = false;
  void found.finally(() => {
    over = true;
  });
  // A greeting, and an answer whenever they may have spoken.
  while (!over) {
    await agent.speak({ samples: tone, sampleRate: 24_000 });
    for (let wait = 0; wait < 40 && !over; wait += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { verdict, evidence } = (await found) as Finding;
  expect(verdict, evidence).toBeUndefined();
  expect(evidence).toMatch(
    /was picked up after .* s with PCMU, RTP to 127\.0\.0\.1:31\d\d\d; the agent was heard \d+ ms later, and answered a sentence$/,
  );
  for (const one of undo.toReversed()) await one();
  await agent.leave();
  const expected = [...recordedSeries()].filter(([name]) => name.startsWith('livekit_sip_'));
  await expect.poll(measured, { timeout: 20_000 }).toMatchObject(Object.fromEntries(expected));
});
