import { RoomEvent } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { CallEvents } from '../../src/call/events.ts';
import { openKeys } from '../../src/call/keys.ts';
import { Limits, watchSilence } from '../../src/call/limits.ts';
import { logEvents } from '../../src/call/log-events.ts';
import { CallScope } from '../../src/call/scope.ts';
import type { CallEvent } from '../../src/observe/call-events.ts';
import { type Conversation, ConversationRecord, isOfConversation } from '../../src/observe/conversation.ts';
import { readPersona } from '../../src/persona/read.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';
import { FakeRoom } from '../helpers/fake-room.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const HEAD = `
actions: { transfer: { targets: { billing: { number: "+60312345678" }, sales: { number: "+60312345679" } } } }
transfer_failed: Nobody is there.
dtmf:
  1: My bill, please.
  2: { say: We are open. }
  3: { ask: pin }
  0: { transfer: billing }
  8: { transfer: sales }
  9: { hang_up: true }
questions:
  pin: { say: Type your PIN., secret: true, header: X-Pin }
  account: { say: Type your account., header: X-Account }`;

interface Options {
  takes?: (key: string) => boolean;
  mayInterrupt?: boolean;
  before?: Conversation | undefined;
}

/** A call by that prompt, whose caller presses keys; the sales line is none that this call can do. */
function call({ takes = () => false, mayInterrupt = true, before }: Options = {}) {
  const { persona } = readPersona('prompts/shop.md', `---${HEAD}\n---\nYou help.`, new Map());
  const [room, clock, lines] = [new FakeRoom(), manualClock(), [] as LogLine[]];
  const log = logInto(lines);
  const scope = new CallScope({ log, clock });
  const events = new CallEvents({ callId: 'AJ_1', log });
  const told: CallEvent[] = [];
  events.subscribe((event) => told.push(event));
  events.subscribe(logEvents(log));
  const [did, refused, kept]: [string[], string[], number[][]] = [[], [], []];
  room.joins('caller');
  room.joins('other');
  const keys = openKeys({
    ...{ before, scope, events, persona, log, host: { room: room.asRoom() }, hangUp: { reason: undefined } },
    link: { caller: { identity: 'caller', name: '', via: 'sip', attributes: {} } },
    session: {
      interrupt: () => {
        if (!mayInterrupt) throw new Error('may not be interrupted');
        did.push('silent');
      },
      generateReply: ({ userInput }: { userInput: string }) => did.push(`turn: ${userInput}`),
    } as never,
    phrases: { say: (text: string) => did.push(`says: ${text}`) } as never,
    tap: { hears: (samples) => void kept.push([...samples]) },
  });
  keys.listen({
    actions: { begin: (request, by) => did.push(`${by}: ${JSON.stringify(request)}`) > 0 },
    offered: { targets: { billing: { number: '+60312345678' } } },
    refuse: (input, reason) => void refused.push(`${input} ${reason}`),
    takes,
  });
  const press = (typed: string, from = 'caller') => {
    for (const key of typed) room.emit(RoomEvent.DtmfReceived, 0, key, room.remoteParticipants.get(from));
  };
  return { press, did, told, refused, kept, keys, lines, clock, room, events };
}

const typedIn = (lines: readonly LogLine[]) =>
  lines.filter(({ message }) => message === 'digits typed').map(({ fields }) => fields);

test.each([
  ['1', ['silent', 'silent', 'turn: My bill, please.']],
  ['2', ['silent', 'says: We are open.']],
  ['3', ['silent', 'says: Type your PIN.']],
  ['0', ['silent', 'key: {"action":"transfer","target":"billing"}']],
  ['8', ['silent', 'says: Nobody is there.']],
  ['9', ['silent', 'key: {"action":"hang_up"}']],
])('key %s silences the agent, and does what the menu says', (key, what) => {
  const { press, did } = call();
  press(key);
  expect(did).toEqual(what);
});

test('what may not be interrupted is said to its end, and the key counts', () => {
  const { press, did } = call({ mayInterrupt: false });
  press('2');
  expect(did).toEqual(['says: We are open.']);
});

test('a secret is in no event, no log line and no turn: the transfer alone has it', () => {
  const { press, did, told, lines, keys } = call();
  press('39731#');
  expect(did.at(-1)).toBe('turn: I have typed the digits on my telephone (pin): digits received.');
  expect(JSON.stringify([told, lines])).not.toContain('9731');
  expect(told.filter(({ type }) => type === 'key-pressed').map((event) => 'piiKey' in event)).toEqual([
    true,
    ...Array(5).fill(false),
  ]);
  expect(typedIn(lines)).toMatchObject([{ question: 'pin', count: 4 }]);
  expect(keys.headers()).toEqual({ 'X-Pin': '9731' });
});

test('a call that goes on in another process knows which question is open: what is typed is its secret still', () => {
  const { events, press, told } = call();
  const record = new ConversationRecord();
  events.emit({ type: 'started', prompt: 'shop', promptHash: '', via: 'sip', piiCaller: 'caller' });
  press('397');
  for (const event of told.filter(isOfConversation)) record.take(event);
  const next = call({ before: record.get() });
  const samples = new Int16Array([1, 2]);
  next.keys.onHeard?.(samples);
  expect(next.kept).toEqual([[0, 0]]);
  next.press('9731#');
  expect(JSON.stringify([next.told, next.lines])).not.toContain('9731');
  expect(next.told.filter(({ type }) => type === 'key-pressed').some((event) => 'piiKey' in event)).toBe(
    false,
  );
  expect(next.did.at(-1)).toBe('turn: I have typed the digits on my telephone (pin): digits received.');
});

test('a transfer of a call that goes on passes on what was typed before, but for secrets, which are kept nowhere', () => {
  const { events, press, keys, told } = call();
  const record = new ConversationRecord();
  events.emit({ type: 'started', prompt: 'shop', promptHash: '', via: 'sip', piiCaller: 'caller' });
  keys.ask('account');
  press('8001#');
  keys.ask('pin');
  press('9731#');
  for (const event of told.filter(isOfConversation)) record.take(event);
  expect(JSON.stringify(record.get())).not.toContain('9731');
  expect(call({ before: record.get() }).keys.headers()).toEqual({ 'X-Account': '8001' });
});

test('other digits stand in the log under a personal key', () => {
  const { press, lines } = call();
  press('77#');
  expect(typedIn(lines)).toMatchObject([{ count: 2, pii_digits: '77' }]);
});

test('the sound of a question with a secret answer is not kept, and no model hears it while it is typed', () => {
  const { press, kept, keys, clock } = call();
  const hear = () => {
    const samples = new Int16Array([1, 2]);
    keys.onHeard?.(samples);
    return [...samples];
  };
  expect(hear()).toEqual([1, 2]);
  press('3');
  expect(hear()).toEqual([1, 2]);
  press('97');
  expect(hear()).toEqual([0, 0]);
  press('#');
  expect(hear()).toEqual([0, 0]);
  clock.advance(1000);
  expect(hear()).toEqual([1, 2]);
  expect(kept).toEqual([
    [1, 2],
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 2],
  ]);
});

test('keys of others, more than a machine types, and those during a transfer are not taken', () => {
  const { press, did, refused, events } = call();
  press('1', 'other');
  expect([did, refused]).toEqual([[], ['key sender']]);
  events.emit({ type: 'action', action: 'transfer', by: 'model', state: 'begun' });
  press('1');
  expect(did).toEqual([]);
  events.emit({ type: 'action', action: 'transfer', by: 'model', state: 'failed' });
  press('7'.repeat(60));
  expect(refused).toEqual(['key sender', ...Array(20).fill('key rate')]);
});

test('a key that answers something else is no key of the menu', () => {
  const { press, did } = call({ takes: (key) => key === '1' });
  press('1');
  expect(did).toEqual(['silent']);
});

test('who presses keys is there: nobody asks whether they are', () => {
  const { press, clock, events } = call();
  const asked: string[] = [];
  const limits = new Limits({
    ...{ maxCallMs: 60_000, idleTimeoutMs: 1000, clock },
    onIdle: () => asked.push('ask'),
    onEnd: (reason) => asked.push(reason),
  });
  events.subscribe(watchSilence(limits));
  limits.begin();
  limits.quiet();
  clock.advance(1000);
  press('7');
  clock.advance(1000);
  expect(asked).toEqual(['ask', 'ask']);
});
