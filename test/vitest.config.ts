import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/helm/**'],
          testTimeout: 5000,
        },
      },
      {
        test: {
          name: 'chart',
          include: ['test/helm/*.test.ts'],
          testTimeout: 30_000,
          globalSetup: ['test/helm/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          // The RTC library narrates at debug otherwise.
          env: { NODE_ENV: 'production' },
          include: ['test/e2e/*.e2e.ts'],
          fileParallelism: false,
          // A machine that is busy for a moment tears the sound of a call. What is broken fails twice.
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ['test/e2e/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'behaviours',
          env: { NODE_ENV: 'production' },
          include: ['test/behaviours/*.behaviour.ts'],
          // Each file has a stack of its own; two at once wait more than they compute.
          maxWorkers: 2,
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ['test/e2e/global-setup.ts'],
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
