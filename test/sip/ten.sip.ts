import { expect } from 'vitest';
import { expectHeard, understand } from '../e2e/hearing.ts';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { row } from './rows.ts';

/** What each caller asks, and what they are told; the town is that of the number they call. */
const CALLS = [
  ['Penang', 'I would like to pay my electricity bill', 'Your bill is ninety ringgit.'],
  ['Ipoh', 'My telephone line is broken since yesterday', 'A technician will come tomorrow.'],
  ['Melaka', 'When do you open the shop on Sunday morning', 'We open at nine on Sundays.'],
  ['Kuching', 'Please send me another invoice for October', 'The invoice is on its way.'],
  ['Johor', 'How much does the fast internet cost a month', 'It costs one hundred ringgit.'],
  ['Kedah', 'I have moved house and need a new connection', 'Congratulations on your new home.'],
  ['Klang', 'Someone is calling me every night at three', 'We can block that number.'],
  ['Labuan', 'Can I keep my number when I change the plan', 'Yes, you keep your number.'],
  ['Seremban', 'The television channels have no sound at all', 'Please restart the box.'],
  ['Taiping', 'What is the address of your main office', 'We are opposite the station.'],
] as const;
const PICKED_UP_WITHIN_MS = 5000;

const numberOf = (at: number) => `+6031234567${at}`;
const greetingOf = (town: string) => `Welcome to Contoh Telecom in ${town}, how may I help?`;
const setup = `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
numbers:
${CALLS.map(([town], at) => `  '${numberOf(at)}': {variables: {town: ${town}}}`).join('\n')}
`;
const door = useDoor({
  setup,
  prompts: { default: `---\ngreeting: ${greetingOf('{{town | town}}')}\n---\nYou answer the phone.` },
  env: { MAX_CALLS: '12' },
});

row(
  'ten calls at once: all picked up within 5 s, each hears its own greeting and its own answer',
  async () => {
    const { standIn, phone, uri, worker } = door();
  await worker.logged('host process ready');
    const sounds = await Promise.all(CALLS.map(([, asked]) => utterance(asked)));
    understand(standIn, Object.fromEntries(CALLS.map(([, asked], at) => [asked, sounds[at] as never])));
    standIn.control({ llm: { rules: CALLS.map(([, asked, answer]) => ({ match: asked, answer })) } });
    const phones = await Promise.all(CALLS.map((_, at) => phone({ number: `+6012345678${at}` })));
    const began = performance.now();
    for (const [at, caller] of phones.entries()) caller.call({ to: uri(numberOf(at)) });
    const pickedUpMs = await Promise.all(
      phones.map(async (caller) => (await caller.happened('answered', { timeoutMs: 15_000 })).atMs - began),
    );
    const talks = phones.map(async (caller, at) => {
      const greetedAtMs = await caller.waitForSpeech({ afterMs: began, timeoutMs: 30_000 });
      const quietAtMs = await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: 30_000 });
      const { endedAtMs } = await caller.say(sounds[at] as never);
      const answeredAtMs = await caller.waitForSpeech({ afterMs: endedAtMs, timeoutMs: 60_000 });
      const doneAtMs = await caller.waitForSilence({ afterMs: answeredAtMs, timeoutMs: 60_000 });
      return {
        greeting: caller.heard.between(greetedAtMs - 300, quietAtMs + 300),
        answer: caller.heard.between(answeredAtMs - 300, doneAtMs + 300),
      };
    });
    const heard = await Promise.all(talks);
    // Compared only now: it takes the machine.
    for (const [at, { greeting, answer }] of heard.entries()) {
      const [town, , told] = CALLS[at] ?? ['', '', ''];
      await expectHeard(standIn, greeting, [greetingOf(town)]);
      await expectHeard(standIn, answer, [told]);
    }
    expect(phones.filter(({ events }) => events.some(({ event }) => event === 'ended'))).toEqual([]);
    for (const caller of phones) caller.hangUp();
    const ms = Math.max(...pickedUpMs);
    expect(ms).toBeLessThanOrEqual(PICKED_UP_WITHIN_MS);
    return { heard: 'ten greetings and ten answers, each its own', ms };
  },
);
