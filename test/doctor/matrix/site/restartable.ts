import type { Service } from '../../../../src/dev/child.ts';

/** A server whose configuration rows may spoil. */
export interface Restartable<Config> {
  readonly config: Config;
  /** Ends it and starts it with another configuration; fulfilled when it serves again. */
  restart(config: Config): Promise<void>;
  stop(): Promise<void>;
}

type Launched = Pick<Service, 'stop'> & Partial<Pick<Service, 'ready'>>;

/** @param launch - starts it; its `ready`, if it has one, is awaited here. */
export async function restartable<Config>(
  healthy: Config,
  launch: (config: Config) => Promise<Launched>,
): Promise<Restartable<Config>> {
  const started = async (config: Config) => {
    const service = await launch(config);
    await service.ready?.catch(async (error) => {
      await service.stop();
      throw error;
    });
    return service;
  };
  let running = await started(healthy);
  return {
    config: healthy,
    async restart(config) {
      await running.stop();
      running = await started(config);
    },
    stop: () => running.stop(),
  };
}
