import { expect, test } from 'vitest';
import { answerAfter, askedWith, expectHeard, likeness, spokenTexts, understand } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION = 'Is my data plan still active?';
const ANSWER = 'Yes, your plan is active until the end of March. It has forty gigabytes left.';
const OTHER = 'I am sorry, we are closed today. Please call again tomorrow morning.';
const VOICE = 'en-gb+f2';

const stack = useStack({
  prompts: {
    default: ['---', 'language: en', `voice: ${VOICE}`, 'variables:', '  company: Contoh Telecom', '---']
      .concat('You answer for {{company}}. The caller is {{name | unknown}}.')
      .join('\n'),
  },
});

test('the caller is understood, the model asked, and its answer heard by voice', async () => {
  const { standIn, callers } = stack();
  const question = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: question });
  standIn.control({ llm: { rules: [{ match: 'data plan', answer: ANSWER }] } });

  const caller = await callers.call();
  const { lastVoicedAtMs } = await caller.speak(question);
  const heard = await answerAfter(caller, lastVoicedAtMs);

  const asked = askedWith(standIn, QUESTION)?.details;
  expect(asked?.messages).toEqual([
    { role: 'system', content: 'You answer for Contoh Telecom. The caller is unknown.' },
    { role: 'user', content: QUESTION },
  ]);
  expect(asked?.model).toBe('gpt-4o-mini');
  expect(standIn.requests('stt').at(-1)?.details).toMatchObject({ language: 'en', text: QUESTION });

  expect(spokenTexts(standIn).join(' ')).toBe(ANSWER);
  await expectHeard(standIn, heard, [ANSWER], { voice: VOICE });
  expect(await likeness(standIn, heard, OTHER, { voice: VOICE })).toBeLessThan(0.5);

  const finals = caller.transcripts.filter(({ final }) => final);
  expect(finals.map(({ identity, text }) => [identity === caller.identity, text])).toEqual([
    [true, QUESTION],
    [false, ANSWER],
  ]);
});

test('the page learns who answers, what the agent does, and where the time went', async () => {
  const { standIn, callers } = stack();
  standIn.control({ stt: { always: QUESTION }, llm: { always: 'Yes, it is.' } });

  const caller = await callers.call();
  const attributes: Record<string, string> = caller.agents[0]?.attributes ?? {};
  expect(attributes).toMatchObject({
    'voice-agent.prompt': 'default',
    'voice-agent.prompt.hash': expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  expect(JSON.parse(attributes['voice-agent.models'] ?? '')).toEqual({
    stt: expect.stringContaining('whisper-1'),
    llm: expect.stringContaining('gpt-4o-mini'),
    tts: expect.stringContaining(VOICE),
  });

  const { lastVoicedAtMs, startedAtMs } = await caller.speak(await utterance(QUESTION));
  await answerAfter(caller, lastVoicedAtMs);
  const later = caller.states.filter(({ atMs }) => atMs > startedAtMs).map(({ state }) => state);
  expect(later).toEqual(['thinking', 'speaking', 'listening']);

  const turn = await caller.until(
    'the event of the turn',
    () => caller.events.find(({ type }) => type === 'turn'),
    5000,
  );
  const { parts } = turn as unknown as { parts: Record<string, number> };
  expect(turn).toMatchObject({ turn: 1, interrupted: false });
  const { endpointingMs, totalMs = 0, ...steps } = parts;
  expect(endpointingMs).toBeGreaterThan(0);
  expect(Object.keys(steps)).toEqual(expect.arrayContaining(['pauseMs', 'sttMs', 'holdMs', 'readyMs']));
  const sum = Object.values(steps).reduce((total, ms) => total + ms, 0);
  expect(Math.abs(totalMs - sum), 'the parts add up').toBeLessThanOrEqual(20);
  const heardAfterMs = (caller.heard.speechAfter(lastVoicedAtMs) ?? 0) - lastVoicedAtMs;
  expect(Math.abs(totalMs - heardAfterMs), 'told and heard latency differ').toBeLessThan(1000);
});
