import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import type { Control } from '../../src/standin/control.ts';
import { answerAfter, expectHeard, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION = 'What time is it?';
const ANSWER = 'It is a quarter past nine in the morning.';
const APOLOGY = 'Sorry, something went wrong on our side.';
/** From the end of the turn to the apology, on a busy machine. */
const WITHIN_MS = 8000;

const stack = useStack({
  env: { TTS_CACHE: 'true', TTS_ATTEMPTS: '1', STT_ATTEMPTS: '1', LLM_ATTEMPTS: '1' },
  prompts: { default: `---\nlanguage: en\napology: ${APOLOGY}\n---\nYou answer calls.` },
});

const raw = (...chunks: { delta: object; finish_reason?: string }[]) => ({
  chunks: [...chunks, 'data: [DONE]\n\n'],
});
const tool = { index: 0, id: 'call-1', type: 'function', function: { name: 'get_weather', arguments: '{}' } };

/** What the model or the voice does instead of answering, and why the turn got no sound. */
const CAUSES: { injected: string; control: Control; reason: string }[] = [
  {
    injected: 'thoughts only, up to the limit',
    control: {
      llm: { always: raw({ delta: { reasoning_content: 'Hm.' } }, { delta: {}, finish_reason: 'length' }) },
    },
    reason: 'thoughts',
  },
  {
    injected: 'a role and the end',
    control: { llm: { always: raw({ delta: { role: 'assistant' } }, { delta: {}, finish_reason: 'stop' }) } },
    reason: 'empty',
  },
  {
    injected: 'a tool that nobody offered',
    control: {
      llm: { always: raw({ delta: { tool_calls: [tool] } }, { delta: {}, finish_reason: 'tool_calls' }) },
    },
    reason: 'unknown-tool',
  },
  { injected: 'punctuation', control: { llm: { always: '!!!' } }, reason: 'unspeakable' },
  { injected: 'a code block', control: { llm: { always: '```\nlet x = 1;\n```' } }, reason: 'unspeakable' },
  { injected: 'a voice that is dead', control: { faults: { tts: [{ status: 500 }] } }, reason: 'tts' },
  { injected: 'a model that is dead', control: { faults: { llm: [{ status: 500 }] } }, reason: 'llm' },
  { injected: 'ears that are dead', control: { faults: { stt: [{ status: 500 }] } }, reason: 'stt' },
];

/** One call in which the fixed phrases are kept already. */
async function call(): Promise<Guest> {
  const { standIn, callers } = stack();
  standIn.control({ stt: { always: QUESTION }, llm: { always: ANSWER } });
  return callers.call();
}

const silentEvents = (caller: Guest) => caller.events.filter((event) => 'silent' in event);

test('the caller hears an apology wherever a turn has no sound, and is answered the next time', async () => {
  const { standIn, worker } = stack();
  const caller = await call();
  await expect.poll(() => spokenTexts(standIn), { timeout: 20_000 }).toContain(APOLOGY);
  const question = await utterance(QUESTION);
  for (const [at, { injected, control, reason }] of CAUSES.entries()) {
    standIn.control(control);
    const { lastVoicedAtMs } = await caller.speak(question);
    const startedAtMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
    expect(startedAtMs - lastVoicedAtMs, injected).toBeLessThan(WITHIN_MS);
    await expectHeard(standIn, await answerAfter(caller, lastVoicedAtMs), [APOLOGY]);
    expect(silentEvents(caller).map((event) => 'silent' in event && event.silent)).toEqual(
      CAUSES.slice(0, at + 1).map((cause) => cause.reason),
    );
    await worker.logged('turn without sound', { matches: (line) => line.reason === reason });
    standIn.control({ faults: { stt: [], llm: [], tts: [] }, llm: { always: ANSWER } });
  }
  expect(caller.events.filter(({ type }) => type === 'turn')).toEqual([]);
  const { lastVoicedAtMs } = await caller.speak(question);
  await expectHeard(standIn, await answerAfter(caller, lastVoicedAtMs), [ANSWER]);
  await caller.until('a turn', () => caller.events.some(({ type }) => type === 'turn'), 10_000);
});

test('a caller who goes on or leaves gets none', async () => {
  const { standIn, worker, callers } = stack();
  const caller = await call();
  const before = worker.log.filter(({ msg }) => msg === 'turn without sound').length;
  standIn.control({ profile: { llm: { ttftMs: 4000 } } });
  await caller.speak(await utterance(QUESTION));
  await caller.speak(await utterance(QUESTION));
  await callers.leave();
  await worker.logged('call ended', { timeoutMs: 30_000 });
  expect(worker.log.filter(({ msg }) => msg === 'turn without sound')).toHaveLength(before);
});
