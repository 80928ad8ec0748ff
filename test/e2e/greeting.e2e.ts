import { expect, test } from 'vitest';
import { answerAfter, expectHeard, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const GREETING = 'Welcome to Contoh Telecom, this call may be recorded.';
const LONG_GREETING = [
  'Welcome to Contoh Telecom.',
  'Before we begin, please listen to an announcement about our shops and their new opening hours.',
  'From the first of May, all shops in the city centre will open at nine in the morning.',
].join(' ');

const stack = useStack({
  prompts: {
    fixed: `---\ngreeting: ${GREETING}\n---\nYou answer calls.`,
    long: `---\ngreeting: ${LONG_GREETING}\n---\nYou answer calls.`,
    stubborn: `---\ngreeting: ${LONG_GREETING}\nallow_interruptions: false\n---\nYou answer calls.`,
    asked: '---\ngreeting:\n  instruction: Greet in one short sentence.\n---\nYou answer calls.',
    default: 'You answer calls.',
  },
});

test('a fixed greeting is spoken first, without asking the model', async () => {
  const { standIn, callers } = stack();
  const caller = await callers.call({ prompt: 'fixed' });
  const heard = await answerAfter(caller, 0);
  await expectHeard(standIn, heard, [GREETING]);
  expect(standIn.requests('llm')).toEqual([]);
  await caller.until(
    'the transcript of the greeting',
    () => caller.transcripts.some(({ text, final }) => final && text === GREETING),
    5000,
  );
});

test('a greeting by instruction is what the model makes of it', async () => {
  const { standIn, callers } = stack();
  const answer = 'Good morning, how may I help you today?';
  standIn.control({ llm: { always: answer } });
  const caller = await callers.call({ prompt: 'asked' });
  const heard = await answerAfter(caller, 0);
  await expectHeard(standIn, heard, [answer]);
  const messages = standIn.requests('llm').at(-1)?.details?.messages ?? [];
  const asked = messages.map(({ content }) => content).join('\n');
  expect(asked).toContain('Greet in one short sentence.');
  expect(asked).toContain('You answer calls.');
});

test('a caller who speaks into the greeting stops it', async () => {
  const { standIn, callers } = stack();
  standIn.control({ stt: { always: 'I want to pay my bill' }, llm: { always: 'Which bill is it?' } });
  const caller = await callers.call({ prompt: 'long' });
  const greetedAtMs = await caller.waitForSpeech({ afterMs: 0, timeoutMs: 20_000 });
  const { startedAtMs, lastVoicedAtMs } = await caller.speak(
    await utterance('Excuse me, I would like to pay my bill.'),
  );
  expect(startedAtMs - greetedAtMs, 'the caller spoke within the first seconds').toBeLessThan(3000);
  const stoppedAtMs = await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: 10_000, quietMs: 300 });
  expect(stoppedAtMs, 'the greeting ends while the caller speaks').toBeLessThan(lastVoicedAtMs + 500);
  const heard = await answerAfter(caller, lastVoicedAtMs);
  await expectHeard(standIn, heard, ['Which bill is it?']);
  const greeting = caller.transcripts[0];
  expect(LONG_GREETING.startsWith(greeting?.text.trim() ?? '?')).toBe(true);
  expect(greeting?.text.length).toBeLessThan(LONG_GREETING.length / 2);
});

test('a prompt that forbids interruptions is heard to its end', async () => {
  const { standIn, callers } = stack();
  standIn.control({ stt: { always: 'I want to pay my bill' }, llm: { always: 'Which bill is it?' } });
  const caller = await callers.call({ prompt: 'stubborn' });
  const greetedAtMs = await caller.waitForSpeech({ afterMs: 0, timeoutMs: 20_000 });
  await caller.speak(await utterance('Excuse me, I would like to pay my bill.'));
  const heard = await answerAfter(caller, greetedAtMs, 3000);
  await expectHeard(
    standIn,
    heard,
    spokenTexts(standIn).filter((text) => LONG_GREETING.includes(text)),
  );
});
