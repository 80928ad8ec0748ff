import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Person {
  identity: string;
  isAgent: boolean;
  attributes: Record<string, string>;
  name?: string;
}
type Handler = (reader: object, sender: { identity: string }) => Promise<void>;
const { dispatchedAgent, onTranscription } = await pageModule<{
  dispatchedAgent(people: Person[], name: string, known?: string): Person | undefined;
  onTranscription(room: object, agent: () => Person | undefined, onWords: (words: object) => void): void;
}>('room-events.js');

const person = (identity: string, isAgent: boolean, attributes = {}): Person => ({
  identity,
  isAgent,
  attributes,
});
const OURS = { 'lk.agent.name': 'voice-agent' };

test('only a participant of kind agent is the agent, whatever it says of itself', () => {
  const guest = person('agent-AJ_1', false, { ...OURS, 'lk.agent.state': 'speaking' });
  expect(dispatchedAgent([guest], 'voice-agent')).toBeUndefined();
  const agent = person('agent-AJ_2', true, OURS);
  expect(dispatchedAgent([guest, agent], 'voice-agent')).toBe(agent);
});

test('an agent of another name is not the one that was called', () => {
  const recorder = person('recorder', true, { 'lk.agent_name': 'recorder' });
  expect(dispatchedAgent([recorder], 'voice-agent')).toBeUndefined();
  expect(dispatchedAgent([recorder], '')).toBe(recorder);
  const old = person('old', true);
  expect(dispatchedAgent([recorder, old], 'voice-agent')).toBe(old);
});

test('the agent stays the agent while it is there', () => {
  const [first, second] = [person('a', true, OURS), person('b', true, OURS)];
  expect(dispatchedAgent([first, second], 'voice-agent', 'b')).toBe(second);
  expect(dispatchedAgent([first], 'voice-agent', 'b')).toBe(first);
});

test('words are shown as of whom the agent says, and as the agent’s only under its own identity', async () => {
  let handler: Handler | undefined;
  const other = { ...person('guest', false), name: 'Guest' };
  const room = {
    localParticipant: { identity: 'me' },
    remoteParticipants: new Map([['guest', other]]),
    registerTextStreamHandler: (_topic: string, registered: Handler) => {
      handler = registered;
    },
  };
  const words: object[] = [];
  onTranscription(
    room,
    () => person('agent', true),
    (one) => words.push(one),
  );
  const hear = async (identity: string) => {
    words.length = 0;
    async function* reader() {
      yield 'hello';
    }
    await handler?.(Object.assign(reader(), { info: { id: 's' } }), { identity });
    return words.at(-1);
  };
  expect(await hear('me')).toMatchObject({ speaker: 'caller', final: false });
  expect(await hear('agent')).toMatchObject({ speaker: 'agent', name: 'Agent', final: true });
  expect(await hear('guest')).toMatchObject({ speaker: 'other', name: 'Guest' });
  expect(await hear('gone')).toMatchObject({ speaker: 'other', name: 'gone' });
});
