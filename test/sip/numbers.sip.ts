import { expect } from 'vitest';
import { type Door, NUMBER, useDoor } from './door.ts';
import { expectHeard, hears } from './hears.ts';
import { row } from './rows.ts';

const GREETINGS = {
  default: 'Welcome to Contoh Telecom.',
  vip: 'Good day, and welcome back to you.',
  sales: 'You have reached the sales department.',
};
const CLOSED = 'We are closed today, please call again tomorrow.';
const LONG = 'The opening hours of our shops have changed in all cities of the country. '.repeat(4);
const REFUSED = '+60312340000';
const TOLD = '+60312341111';
const TALKS = '+60312342222';

const ALWAYS_CLOSED = 'timezone: Asia/Kuala_Lumpur, open: {}';

const door = useDoor({
  prompts: {
    ...Object.fromEntries(
      Object.entries(GREETINGS).map(([name, text]) => [name, `---\ngreeting: ${text}\n---\nYou answer.`]),
    ),
    talks: `---\ngreeting: ${LONG}\n---\nYou answer.`,
  },
  setup: `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
numbers:
  '${NUMBER}':
    prompt: default
    callers: {'012-345 0001': vip}
    headers: {X-Queue: {sales: sales}}
  '${REFUSED}': {prompt: default, hours: {${ALWAYS_CLOSED}}}
  '${TOLD}': {prompt: default, hours: {${ALWAYS_CLOSED}, whenClosed: {say: '${CLOSED}'}}}
  '${TALKS}': {prompt: talks}
`,
});

async function greeted(
  { phone, uri, standIn }: Door,
  number: string,
  headers: Record<string, string>,
  text: string,
) {
  const caller = await phone({ number });
  caller.call({ to: uri(), headers });
  const { atMs } = await caller.happened('answered');
  await hears(standIn, caller, [text], { afterMs: atMs });
  return { heard: text, ms: (caller.heard.speechAfter(atMs) ?? atMs) - atMs };
}

row('prompt by the number called', () => greeted(door(), '+60123450009', {}, GREETINGS.default));

row('prompt by who calls, as the exchange writes it', () =>
  greeted(door(), '60123450001', {}, GREETINGS.vip),
);

row('prompt by a header', () => greeted(door(), '+60123450001', { 'X-Queue': 'sales' }, GREETINGS.sales));

row('out of hours: busy, while it rings', async () => {
  const { phone, uri } = door();
  const caller = await phone();
  const began = performance.now();
  caller.call({ to: uri(REFUSED) });
  const end = await caller.happened('failed');
  expect(end).toMatchObject({ code: 486 });
  expect(caller.events.some(({ event }) => event === 'answered')).toBe(false);
  return { heard: '486', ms: end.atMs - began };
});

row('out of hours: told so, and hung up on', async () => {
  const { phone, uri, standIn } = door();
  const caller = await phone();
  caller.call({ to: uri(TOLD) });
  const { atMs } = await caller.happened('answered');
  const end = await caller.happened('ended', { timeoutMs: 30_000 });
  expect(end).toMatchObject({ by: 'remote' });
  await expectHeard(standIn, caller.heard.between(atMs, end.atMs), [CLOSED]);
  return { heard: CLOSED, ms: (caller.heard.speechAfter(atMs) ?? end.atMs) - atMs };
});

row('the caller hangs up while the agent speaks', async () => {
  const { phone, uri, worker } = door();
  const caller = await phone();
  caller.call({ to: uri(TALKS) });
  const { atMs } = await caller.happened('answered');
  await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
  const calls = () => worker.log.filter(({ msg }) => msg === 'call over').length;
  const before = calls();
  const hungUpAtMs = performance.now();
  caller.hangUp();
  await worker.until('the end of the call', () => calls() > before, 20_000);
  const ms = performance.now() - hungUpAtMs;
  // 1 s is the promise, and stands in the table; a machine that is busy may take longer.
  expect(ms).toBeLessThan(3000);
  return { heard: 'the beginning', ms };
});
