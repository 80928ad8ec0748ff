import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Problem {
  code: string;
  title: string;
  detail?: string;
  hint?: string;
  level?: string;
}

const { waitProblem, waitForAgent } = await pageModule<{
  waitProblem(status: object | undefined): Problem;
  waitForAgent(grant: object, show: (problem: Problem) => void): () => void;
}>('agent-wait.js');
const status = (state: string) => ({ state, attempts: 1, message: 'What is done about it.' });

test.each([
  ['busy', 'agent-late', 'All lines are busy.', 'notice'],
  ['asking-again', 'agent-late', 'Still waiting for the agent.', 'notice'],
  ['unavailable', 'no-agent', 'No agent has joined.', undefined],
])('while the agent is %s the page says %s: %s', (state, code, title, level) => {
  const problem = waitProblem(status(state));
  expect(problem).toMatchObject({ code, title, detail: 'What is done about it.' });
  expect(problem.level).toBe(level);
});

test('a server that does not tell leaves the caller with what is known', () => {
  expect(waitProblem(undefined)).toMatchObject({
    title: 'No agent has joined.',
    hint: expect.stringContaining('connected'),
  });
});

test('what the token route said of busy lines is shown at once', () => {
  const shown: Problem[] = [];
  const stop = waitForAgent({ room: 'room', token: '', notice: 'Join and wait.' }, (problem) =>
    shown.push(problem),
  );
  stop();
  expect(shown).toMatchObject([{ title: 'All lines are busy.', hint: 'Join and wait.', level: 'notice' }]);
});
