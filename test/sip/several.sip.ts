import { utterance } from '../e2e/utterance.ts';
import { type Door, useDoor } from './door.ts';
import { hears, understand } from './hears.ts';
import type { Phone } from './phone.ts';
import { row } from './rows.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you?';
const ASKED = {
  bill: 'I would like to pay my electricity bill',
  line: 'My telephone line is broken since yesterday',
};
const ANSWERS = {
  bill: 'Certainly, your bill is ninety ringgit.',
  line: 'I am sorry, a technician will come tomorrow.',
};

const door = useDoor({ prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer the phone.` } });

async function greeted(caller: Phone, { uri, standIn }: Door): Promise<number> {
  const began = performance.now();
  caller.call({ to: uri() });
  const { atMs } = await caller.happened('answered');
  const heardAtMs = await hears(standIn, caller, [GREETING], { afterMs: atMs });
  await caller.waitForSilence({ afterMs: heardAtMs, timeoutMs: 30_000 });
  return atMs - began;
}

async function answered(caller: Phone, topic: keyof typeof ASKED, standIn: Door['standIn']): Promise<void> {
  const { endedAtMs } = await caller.say(await utterance(ASKED[topic]));
  await hears(standIn, caller, [ANSWERS[topic]], { afterMs: endedAtMs });
}

row('two calls at once from the same number, each with its own answer', async () => {
  const { standIn, phone } = door();
  understand(standIn, {
    [ASKED.bill]: await utterance(ASKED.bill),
    [ASKED.line]: await utterance(ASKED.line),
  });
  standIn.control({
    llm: {
      rules: [
        { match: 'electricity bill', answer: ANSWERS.bill },
        { match: 'telephone line', answer: ANSWERS.line },
      ],
    },
  });
  const [one, two] = [await phone(), await phone()];
  const pickedUpMs = await Promise.all([greeted(one, door()), greeted(two, door())]);
  await Promise.all([answered(one, 'bill', standIn), answered(two, 'line', standIn)]);
  return { heard: 'their own greeting and answer, both', ms: Math.max(...pickedUpMs) };
});

row('the SIP service restarts during a call: the call ends, and the next is answered', async () => {
  const { phone, sip, worker } = door();
  const caller = await phone();
  await greeted(caller, door());
  const over = () => worker.log.filter(({ msg }) => msg === 'call over').length;
  const before = over();
  const killedAtMs = performance.now();
  await sip.restart();
  await worker.until('the end of the call', () => over() > before, 45_000);
  const ms = performance.now() - killedAtMs;
  await greeted(await phone(), door());
  return { heard: 'silence; in the next call the greeting', ms };
});
