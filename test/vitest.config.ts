import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** They judge times, or whether sound has gaps: nothing else may run beside them. */
const ALONE = [
  'barge-in',
  'bench',
  'comes-back',
  'dispatch',
  'echo',
  'greeting',
  'host',
  'hosts',
  'livekit-away',
  'long-turn',
  'media-faults',
  'page-call',
  'page-goes-on',
  'probe',
  'records',
  'trace',
  'tts-formats',
  'turn-taking',
  'two-callers',
  'warm',
].map((name) => `test/e2e/${name}.e2e.ts`);

const E2E = {
  // The RTC library narrates at debug otherwise.
  env: { NODE_ENV: 'production' },
  // A machine that is busy for a moment tears the sound of a call. What is broken fails three times.
  retry: 2,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  globalSetup: ['test/e2e/global-setup.ts'],
};

const UNIT = {
  // All files of a worker in one process: a process each took longer than the tests themselves (437 s, now 150).
  isolate: false,
  // By itself Vitest leaves a processor idle: on two, unit and chart took 361 s in place of 209.
  maxWorkers: availableParallelism(),
  // No unit test waits; a machine that is busy computes long.
  testTimeout: 30_000,
};

/** Each file has a stack of its own; two at once wait more than they compute. */
const TWO_AT_ONCE = { ...E2E, maxWorkers: 2 };

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    // rtc-node 0.13.35, of a caller that left: its native side has freed the sound before JavaScript does. It fails a run in
    // which every test passed; the program under test is another process.
    onUnhandledError: ({ message }) => message !== 'trying to drop an invalid handle',
    projects: [
      {
        test: {
          ...UNIT,
          name: 'unit',
          setupFiles: ['test/fresh-modules.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/helm/**'],
        },
      },
      {
        test: {
          ...UNIT,
          name: 'chart',
          include: ['test/helm/*.test.ts'],
          globalSetup: ['test/helm/global-setup.ts'],
        },
      },
      {
        test: {
          ...E2E,
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...TWO_AT_ONCE,
          name: 'e2e',
          include: ['test/e2e/*.e2e.ts'],
          exclude: ALONE,
        },
      },
      {
        test: {
          ...E2E,
          // All stacks of the one file; `scene.ts` says how many calls there are at a time.
          maxConcurrency: 30,
          hookTimeout: 240_000,
          // Projects of one run that differ in workers have to follow each other.
          sequence: { groupOrder: 1 },
          name: 'behaviours',
          include: ['test/behaviours/*.behaviour.ts'],
        },
      },
      {
        test: {
          ...E2E,
          name: 'sip',
          include: ['test/sip/*.sip.ts'],
          // Sound is compared: a file beside another tears it on two processors.
          fileParallelism: false,
          globalSetup: ['test/sip/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'doctor',
          env: { NODE_ENV: 'production' },
          include: ['test/doctor/matrix/*.doctor.ts'],
          fileParallelism: false,
          // A row runs the program twice; a hop may wait for its deadline.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['test/doctor/matrix/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'real',
          env: { NODE_ENV: 'production' },
          globalSetup: ['test/e2e/global-setup.ts'],
          include: ['test/real/*.real.ts'],
          fileParallelism: false,
          retry: 1,
          // Every model computes on the same few processors.
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'cluster',
          env: { NODE_ENV: 'production' },
          include: ['test/cluster/*.cluster.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          globalSetup: ['test/cluster/global-setup.ts'],
        },
      },
    ],
  },
});
