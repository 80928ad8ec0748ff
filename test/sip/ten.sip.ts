import { expect } from 'vitest';
import type { TranscriptionRequest } from '../../src/standin/stt.ts';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { closestTo, hearsTorn, spoken } from './hears.ts';
import type { Phone } from './phone.ts';
import { row } from './rows.ts';

/**
 * What each caller hears first, asks, and is told. Ten encoders on two processors tear sound: each text differs from all others in most
 * of its words, so that what is left of it is still its own.
 */
const CALLS = [
  [
    'Welcome to Penang, what may I do for you?',
    'I would like to pay my electricity bill',
    'You owe us ninety ringgit, due on Friday.',
  ],
  [
    'Good morning from the harbour office in Klang.',
    'My telephone line is broken since yesterday',
    'A technician will come to your house tomorrow.',
  ],
  [
    'This is the museum, we are happy to hear from you.',
    'When do you open the shop on Sunday morning',
    'The doors open at nine, except on holidays.',
  ],
  [
    'Kuching library, please tell me your question.',
    'Please send me another invoice for October',
    'It is on its way to your mailbox already.',
  ],
  [
    'Thank you for ringing the hotel by the lake.',
    'How much does the fast internet cost a month',
    'One hundred and twenty, with television included.',
  ],
  [
    'Northern railways, all trains run on time today.',
    'I have moved house and need a new connection',
    'Congratulations, we connect new homes within a week.',
  ],
  [
    'Dentist Tan, which tooth is it that hurts?',
    'Someone is calling me every night at three',
    'We can block that number right away if you wish.',
  ],
  [
    'Your pizza is our passion, order whenever you like.',
    'Can I keep my number when I change the plan',
    'Yes, nothing changes for those who reach you.',
  ],
  [
    'Weather service, expect heavy rain this afternoon.',
    'The television channels have no sound at all',
    'Please pull the plug of the box and wait a minute.',
  ],
  [
    'City council, how can our department be useful?',
    'What is the address of your main office',
    'You find us opposite the old railway station.',
  ],
] as const;
const PICKED_UP_WITHIN_MS = 5000;
const WITHIN_MS = 90_000;
const NOTHING = { samples: new Int16Array(), sampleRate: 8000 };

const column = (at: 0 | 1 | 2): readonly string[] => CALLS.map((call) => call[at]);
const numberOf = (at: number) => `+6031234567${at}`;
const setup = `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
numbers:
${column(0)
  .map((greeting, at) => `  '${numberOf(at)}': {variables: {welcome: ${JSON.stringify(greeting)}}}`)
  .join('\n')}
`;
const door = useDoor({
  setup,
  prompts: { default: '---\ngreeting: "{{welcome | nothing}}"\nfillers: []\n---\nYou answer the phone.' },
  env: { MAX_CALLS: '12' },
});

row(
  'ten calls at once: all picked up within 5 s, each hears its own greeting and its own answer',
  async () => {
    const { standIn, phone, uri } = door();
    const sounds = await Promise.all(column(1).map((asked) => utterance(asked)));
    standIn.answerTranscription(
      (heard: TranscriptionRequest) => column(1)[closestTo(heard, sounds).at] ?? 'unintelligible',
    );
    standIn.control({ llm: { rules: CALLS.map(([, match, answer]) => ({ match, answer })) } });
    const phones = await Promise.all(CALLS.map((_, at) => phone({ number: `+6012345678${at}` })));
    const began = performance.now();
    for (const [at, caller] of phones.entries()) caller.call({ to: uri(numberOf(at)) });
    const pickedUpMs = await Promise.all(
      phones.map(async (caller) => (await caller.happened('answered', { timeoutMs: 30_000 })).atMs - began),
    );
    const [greetings, answers] = [await spoken(standIn, column(0)), await spoken(standIn, column(2))];
    const talk = async (caller: Phone, at: number) => {
      const greeting = await hearsTorn(caller, greetings[at] ?? NOTHING, began, WITHIN_MS);
      await caller.waitForSilence({ afterMs: performance.now(), timeoutMs: WITHIN_MS });
      const { endedAtMs } = await caller.say(sounds[at] ?? NOTHING);
      return { greeting, answer: await hearsTorn(caller, answers[at] ?? NOTHING, endedAtMs, WITHIN_MS) };
    };
    const heard = await Promise.all(phones.map(talk));
    // Compared with those of the others only now: it takes the machine.
    const own = CALLS.map((_, at) => at);
    expect(heard.map(({ greeting }) => closestTo(greeting, greetings).at)).toEqual(own);
    expect(heard.map(({ answer }) => closestTo(answer, answers).at)).toEqual(own);
    expect(phones.filter(({ events }) => events.some(({ event }) => event === 'ended'))).toEqual([]);
    for (const caller of phones) caller.hangUp();
    const ms = Math.max(...pickedUpMs);
    expect(ms).toBeLessThanOrEqual(PICKED_UP_WITHIN_MS);
    return { heard: 'ten greetings and ten answers, each its own', ms };
  },
  { timeout: 300_000 },
);
