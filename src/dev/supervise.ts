import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildExit, Service } from './child.ts';
import { quoteLines } from './log-line.ts';

const MAX_CRASHES = 5;
const FIRST_PAUSE_MS = 500;
/** Who ran this long has not crashed at its start. */
const STEADY_AFTER_MS = 30_000;

export interface SuperviseOptions {
  name: string;
  start: () => Service;
  /** Hears, in sentences, what happened after the first start. */
  say: (text: string) => void;
  /** Injected in tests. */
  pause?: (ms: number) => Promise<unknown>;
  now?: () => number;
}

/** A service that is started again when it ends by itself, at growing intervals, and given up after five crashes. */
export interface Supervised {
  pid(): number | undefined;
  /** Of the first start. */
  readonly ready: Promise<void>;
  /** Ends it and starts it again at once, also after it was given up. */
  restart(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** The same at once, without waiting. */
  kill(): void;
}

export function supervise(options: SuperviseOptions): Supervised {
  const { name, start, say, pause = sleep, now = () => performance.now() } = options;
  let running = start();
  const { ready } = running;
  let restartAsked = false;
  let stopped = false;
  let wake = () => {};

  const untilNextTry = async (crashes: number) => {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    if (crashes > MAX_CRASHES) say(`${name} is given up; a source change starts it again`);
    await Promise.race(crashes > MAX_CRASHES ? [woken] : [woken, pause(FIRST_PAUSE_MS * 2 ** (crashes - 1))]);
  };
  const keep = async () => {
    let crashes = 0;
    while (!stopped) {
      const startedMs = now();
      const exit = await running.exited;
      if (!stopped && !restartAsked) {
        crashes = now() - startedMs > STEADY_AFTER_MS ? 1 : crashes + 1;
        say(`${name} ${describeExit(exit)}`);
        await untilNextTry(crashes);
      }
      if (stopped) return;
      if (restartAsked) crashes = 0;
      restartAsked = false;
      const next = start();
      running = next;
      // When it fails, its exit is told above.
      next.ready.then(
        () => say(`${name} runs again (pid ${next.pid})`),
        () => {},
      );
    }
  };
  void keep();
  return {
    pid: () => running.pid,
    ready,
    async restart() {
      restartAsked = true;
      wake();
      await running.stop();
    },
    async stop() {
      stopped = true;
      wake();
      await running.stop();
    },
    kill() {
      stopped = true;
      running.kill();
    },
  };
}

/** `ended (exit code 1); its last lines: …`. */
export function describeExit({ code, signal, lastLines }: ChildExit): string {
  const how = signal ? `was ended by ${signal}` : `ended (exit code ${code})`;
  return lastLines.length === 0 ? how : `${how}; its last lines:\n${quoteLines(lastLines)}`;
}
