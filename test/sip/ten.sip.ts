import { expect } from 'vitest';
import type { Sound } from '../../src/probe/wav.ts';
import type { StandIn } from '../../src/standin/server.ts';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { expectHeard, understand } from './hears.ts';
import type { Phone } from './phone.ts';
import { row } from './rows.ts';

/** Number called, as its last digit; greeting of its prompt; what the caller says; what the model answers. */
const CALLS = [
  [
    'Welcome to Contoh Telecom, how may I help you?',
    'I would like to pay my electricity bill',
    'Certainly, your bill is ninety ringgit.',
  ],
  [
    'Good morning, this is the Seri Garden Hotel.',
    'Do you have a room for three nights',
    'Yes, our last room looks over the sea.',
  ],
  [
    'Thank you for calling Doctor Rahman’s clinic.',
    'My daughter has a fever since yesterday',
    'Please bring her at half past ten.',
  ],
  [
    'You have reached the public library.',
    'When must I bring the borrowed books back',
    'They are due on the first of December.',
  ],
  [
    'Hello, Mei Ling’s flower shop here.',
    'Twenty red roses for a wedding',
    'We deliver them on Saturday morning.',
  ],
  [
    'City taxi, where should we pick you up?',
    'At the railway station in front of gate two',
    'A blue car will come in six minutes.',
  ],
  [
    'Welcome to the university’s admission office.',
    'How much does the course in medicine cost',
    'It is free for those who live here.',
  ],
  [
    'This is the bank’s card service.',
    'Somebody has stolen my wallet and my card',
    'Your card is blocked from now on.',
  ],
  [
    'Hi, you are talking to Farid’s garage.',
    'The brakes of my motorcycle make noise',
    'Leave it with us until tomorrow evening.',
  ],
  [
    'Airport information, good evening.',
    'Is the flight from Singapore late',
    'It lands twenty minutes before its time.',
  ],
] as const;
const PICKED_UP_WITHIN_MS = 5000;
/** From the greeting's end until they speak: people do not speak in unison. */
const THINKS_MS = [0, 4500, 1800, 7200, 900, 6300, 2700, 8100, 3600, 5400];
const numberOf = (index: number) => `+6031234500${index}`;
const nameOf = (index: number) => `line-${index}`;

const door = useDoor({
  prompts: Object.fromEntries(
    CALLS.map(([greeting], index) => [
      nameOf(index),
      `---\ngreeting: ${greeting}\n---\nYou answer the phone.`,
    ]),
  ),
  env: { PROMPT: nameOf(0), MAX_CALLS: '10', LOG_LEVEL: 'info' },
  setup: `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
numbers: {${CALLS.map((_, index) => `'${numberOf(index)}': {prompt: ${nameOf(index)}}`).join(', ')}}
`,
});

interface Told {
  pickedUpMs: number;
  heard: Sound;
}

/** Greeting, one sentence, its answer. Sound is compared later: it would keep the models of the other calls waiting. */
async function converse(caller: Phone, to: string, sentence: Sound, thinksMs = 0): Promise<Told> {
  const calledAtMs = performance.now();
  caller.call({ to });
  const { atMs } = await caller.happened('answered', { timeoutMs: 30_000 });
  const greetedAtMs = await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 30_000 });
  await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, thinksMs));
  const { endedAtMs } = await caller.say(sentence);
  const answeredAtMs = await caller.waitForSpeech({ afterMs: endedAtMs, timeoutMs: 30_000 });
  await caller.waitForSilence({ afterMs: answeredAtMs, timeoutMs: 60_000 });
  return { pickedUpMs: atMs - calledAtMs, heard: caller.heard.between(atMs) };
}

/** A text, and where it may be cut in two for the voice. */
function piecesOf(text: string): string[] {
  const words = text.split(' ');
  const cuts = words.slice(1).map((_, at) => at + 1);
  return [text, ...cuts.flatMap((at) => [words.slice(0, at).join(' '), words.slice(at).join(' ')])];
}

/** All is spoken before the calls: a speech program for each piece would take what the calls need of the processors. */
async function speakPrepared(standIn: StandIn): Promise<void> {
  const prepared = new Map<string, Int16Array>();
  const speak = async (text: string) => prepared.set(text, await standIn.speech(text));
  for (const [greeting, , answer] of CALLS)
    await Promise.all([greeting, ...piecesOf(answer)].map((text) => speak(text)));
  standIn.answerSpeech(({ input }) => {
    const samples = prepared.get(input);
    return samples && [samples];
  });
}

row(
  'ten calls at once: each picked up within 5 s, each with its own greeting and answer, none dropped',
  async () => {
    const { standIn, phone, uri } = door();
    const sentences = await Promise.all(CALLS.map(([, said]) => utterance(said)));
    await speakPrepared(standIn);
    understand(
      standIn,
      Object.fromEntries(CALLS.map(([, said], index) => [said, sentences[index] as Sound])),
    );
    standIn.control({ llm: { rules: CALLS.map(([, match, answer]) => ({ match, answer })) } });
    const phones = await Promise.all(CALLS.map((_, index) => phone({ number: `+6012345678${index}` })));
    const told = await Promise.all(
      phones.map((caller, index) =>
        converse(caller, uri(numberOf(index)), sentences[index] as Sound, THINKS_MS[index]),
      ),
    );
    for (const [index, { heard }] of told.entries()) {
      const [greeting, , answer] = CALLS[index] ?? [];
      await expectHeard(standIn, heard, [String(greeting), String(answer)]);
    }
    expect(phones.flatMap(({ events }) => events.filter(({ event }) => event === 'ended'))).toEqual([]);
    const pickedUpMs = Math.max(...told.map((call) => call.pickedUpMs));
    expect(pickedUpMs, `picked up after ${told.map((call) => Math.round(call.pickedUpMs))}`).toBeLessThan(
      PICKED_UP_WITHIN_MS,
    );
    return { heard: 'their own greeting and answer, all ten', ms: pickedUpMs };
  },
  // With phones, SIP service, livekit-server and models it takes all of two processors: a third of the tries have a sound that is torn.
  { retry: 4 },
);
