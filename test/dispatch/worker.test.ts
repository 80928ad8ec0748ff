import { InferenceRunner, initializeLogger } from '@livekit/agents';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { createWorker } from '../../src/dispatch/worker.ts';
import { configFrom } from '../helpers/config.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

// The framework registers the model once per process: the one that has it goes first.
test.each([
  ['model', 1],
  ['words', 0],
  ['vad', 0],
])('with turn detection by %s, %i processes hold the turn model', (detection, processes) => {
  const config = configFrom({ TURN_DETECTION: detection });
  createWorker({ config, log: pino({ level: 'silent' }), agentFile: 'agent.ts' });
  expect(Object.keys(InferenceRunner.registeredRunners)).toHaveLength(processes);
});
