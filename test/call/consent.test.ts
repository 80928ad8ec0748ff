import { expect, test } from 'vitest';
import { openConsent } from '../../src/call/consent.ts';
import { CallEvents } from '../../src/call/events.ts';
import type { Phrases } from '../../src/call/phrases.ts';
import type { RecordingState } from '../../src/observe/recording-state.ts';
import { readPersona } from '../../src/persona/read.ts';
import { logInto } from '../helpers/call-log.ts';
import { configFrom } from '../helpers/config.ts';

/** A call by a prompt with this front matter, up to the end of what is said of the recording. */
async function begun(head: string, before?: RecordingState, env: Record<string, string> = {}) {
  const { persona } = readPersona('prompts/shop.md', `---\n${head}\n---\nYou help.`, new Map());
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]) });
  const states: RecordingState[] = [];
  const spoken: string[] = [];
  events.subscribe((event) => event.type === 'recording' && states.push(event.state));
  const say = (text: string) => {
    spoken.push(text);
    return { waitForPlayout: async () => {}, interrupt: () => spoken.push('(silence)') };
  };
  const config = configFrom({ RECORDS_DIR: '/tmp/records', ...env });
  const consent = openConsent({ config, persona, events, phrases: { say } as unknown as Phrases, before });
  consent.announce();
  spoken.push('(greeting)');
  consent.ask();
  await Promise.resolve();
  await Promise.resolve();
  const says = (piiText: string, role = 'user') =>
    events.emit({ type: 'said', role, piiText, interrupted: false, createdAtMs: 0, measured: {} });
  return { states, spoken, says, takes: consent.takes };
}

test('a prompt without the key keeps nothing, and says nothing of it', async () => {
  expect(await begun('description: x')).toMatchObject({ states: [], spoken: ['(greeting)'] });
});

test('`on` is said before the greeting', async () => {
  const { states, spoken } = await begun('recording: on');
  expect([states, spoken]).toEqual([['allowed'], ['This call is recorded.', '(greeting)']]);
});

test('`ask` is asked after the greeting; the first turn of the caller is the answer, for good', async () => {
  const { states, spoken, says } = await begun('recording: ask\nlanguage: ms');
  expect(spoken).toEqual(['(greeting)', 'Boleh saya rakam panggilan ini? Sila jawab ya atau tidak.']);
  says('May I?', 'assistant');
  expect(states).toEqual(['asked']);
  says('Ya.');
  says('Tidak.');
  expect(states).toEqual(['asked', 'allowed']);
});

test('anything but a yes is a no', async () => {
  const { states, says } = await begun('recording: ask\nrecording_notice: Is it fine if I record this?');
  says('What are your opening hours?');
  says('Yes.');
  expect(states).toEqual(['asked', 'refused']);
});

test.each([
  ['1', 'allowed'],
  ['2', 'refused'],
  ['#', 'refused'],
])('key %s is an answer too, as soon as the question begins: %s; later keys are none', async (key, state) => {
  const { states, spoken, says, takes } = await begun('recording: ask');
  expect(takes(key)).toBe(true);
  expect(spoken.at(-1)).toBe('(silence)');
  says('Yes.');
  expect([states, takes('1')]).toEqual([['asked', state], false]);
  expect((await begun('recording: on')).takes('1')).toBe(false);
});

test('a call that goes on is not asked again; one that broke off before the answer is not kept', async () => {
  expect(await begun('recording: ask', 'allowed')).toMatchObject({
    states: ['allowed'],
    spoken: ['(greeting)'],
  });
  expect(await begun('recording: ask', 'asked')).toMatchObject({
    states: ['refused'],
    spoken: ['(greeting)'],
  });
});

test('where nothing would be kept, as with redaction and no transcripts, nobody is told that it is', async () => {
  expect(await begun('recording: on', undefined, { REDACT: 'numbers' })).toMatchObject({
    spoken: ['(greeting)'],
  });
  expect(await begun('recording: on', undefined, { RECORDS_DIR: '' })).toMatchObject({
    spoken: ['(greeting)'],
  });
});
