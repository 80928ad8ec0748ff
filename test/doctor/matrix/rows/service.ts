import { followed } from '../follow.ts';
import type { Row } from '../row.ts';
import { callOf } from '../site/caller.ts';
import { AT } from '../site/network.ts';

/** What LiveKit stands on, and worker and page. */
export const SERVICE: readonly Row[] = [
  {
    broken: 'LiveKit tells no metrics',
    hop: 'sfu-metrics',
    says: 'prometheus: { port: 6789 } in livekit.yaml',
    async breaks(site, settings) {
      await site.spoil(site.livekit, ({ prometheus: _, ...config }) => config);
      return settings;
    },
    async cure(site, fix) {
      const [, port] = /prometheus: \{ port: (\d+) \}/.exec(fix) ?? [];
      const { config } = site.livekit;
      await site.livekit.restart({ ...config, prometheus: { port: Number(port) } });
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'metrics are looked for at LiveKit’s port of signalling',
    hop: 'sfu-metrics',
    says: 'CHECK_METRICS_URLS=http://<livekit>:6789/metrics',
    breaks: (_, settings) => ({ ...settings, CHECK_METRICS_URLS: `http://${AT.sfu}:7880/metrics` }),
    cure: 'settings',
  },
  {
    broken: 'LiveKit’s Redis does not run',
    hop: 'redis',
    says: 'see that Redis runs and listens',
    async breaks(site, settings) {
      site.afterwards(() => site.redis.restart(site.redis.config));
      await site.redis.stop();
      return settings;
    },
    async cure(site, fix) {
      if (!fix.includes('Redis runs')) throw new Error(`no Redis is named: ${fix}`);
      await site.redis.restart(site.redis.config);
      return undefined;
    },
  },
  {
    broken: 'another password than the Redis’s',
    hop: 'redis',
    says: 'must be the server’s (requirepass',
    breaks: (_, settings) => ({
      ...settings,
      CHECK_REDIS_URL: settings.CHECK_REDIS_URL?.replace(/:[^:@]+@/, ':another@') ?? '',
    }),
    cure: 'settings',
  },
  {
    broken: 'no worker runs',
    hop: 'ready',
    says: 'start it, or see why it ended',
    async breaks(site, settings) {
      site.afterwards(() => site.restartWorker());
      await site.worker.stop();
      return settings;
    },
    async cure(site, fix) {
      if (!fix.startsWith('start it')) throw new Error(`nothing is to be started: ${fix}`);
      await site.worker.restart(site.worker.config);
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'a worker with another LiveKit key, which is not registered',
    hop: 'ready',
    says: 'LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET of the worker must be LiveKit’s',
    async breaks(site, settings) {
      await site.spoilWorker({ LIVEKIT_API_KEY: 'APIunknown' });
      return settings;
    },
    async cure(site, fix) {
      const { command, settings } = site.worker.config;
      const wrong = { ...settings, LIVEKIT_API_KEY: 'APIunknown' };
      await site.worker.restart({ command, settings: followed(fix, wrong, settings) });
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'an agent’s name that no worker has',
    hop: 'dispatch',
    says: 'AGENT_NAME and AGENT_DEPLOYMENT must be those of the workers',
    breaks: (_, settings) => ({ ...settings, AGENT_NAME: 'another-agent' }),
    cure: 'settings',
  },
  {
    broken: 'a worker whose call slots are all taken',
    hop: 'dispatch',
    verdict: 'warn',
    says: 'raise MAX_CALLS',
    async breaks(site, settings) {
      await site.spoilWorker({ MAX_CALLS: '1' });
      await site.untilReady();
      site.afterwards(await callOf(settings));
      return settings;
    },
    async cure(site, fix) {
      const { MAX_CALLS = '' } = followed(fix, { MAX_CALLS: '1' }, { MAX_CALLS: '10' });
      const { command, settings } = site.worker.config;
      await site.worker.restart({ command, settings: { ...settings, MAX_CALLS } });
      await site.untilReady();
      return undefined;
    },
  },
];
