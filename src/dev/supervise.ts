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
  const supervisor = new Supervisor(options);
  void supervisor.keep();
  return supervisor;
}

class Supervisor implements Supervised {
  readonly ready: Promise<void>;
  readonly #options: SuperviseOptions;
  #running: Service;
  #restartAsked = false;
  #stopped = false;
  #wake = () => {};

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#running = options.start();
    this.ready = this.#running.ready;
  }

  pid = () => this.#running.pid;

  async restart() {
    this.#restartAsked = true;
    this.#wake();
    await this.#running.stop();
  }

  async stop() {
    this.#stopped = true;
    this.#wake();
    await this.#running.stop();
  }

  kill() {
    this.#stopped = true;
    this.#running.kill();
  }

  async keep(): Promise<void> {
    const { name, say, now = () => performance.now() } = this.#options;
    let crashes = 0;
    while (!this.#stopped) {
      const startedMs = now();
      const exit = await this.#running.exited;
      if (!this.#stopped && !this.#restartAsked) {
        crashes = now() - startedMs > STEADY_AFTER_MS ? 1 : crashes + 1;
        say(`${name} ${describeExit(exit)}`);
        await this.#untilNextTry(crashes);
      }
      if (this.#stopped) return;
      if (this.#restartAsked) crashes = 0;
      this.#restartAsked = false;
      this.#startAgain();
    }
  }

  async #untilNextTry(crashes: number): Promise<void> {
    const { name, say, pause = sleep } = this.#options;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const givenUp = crashes > MAX_CRASHES;
    if (givenUp) say(`${name} is given up; a source change starts it again`);
    await Promise.race(givenUp ? [woken] : [woken, pause(FIRST_PAUSE_MS * 2 ** (crashes - 1))]);
  }

  #startAgain(): void {
    const { name, start, say } = this.#options;
    const next = start();
    this.#running = next;
    // When it fails, its exit is told.
    next.ready.then(
      () => say(`${name} runs again (pid ${next.pid})`),
      () => {},
    );
  }
}

/** `ended (exit code 1); its last lines: …`. */
export function describeExit({ code, signal, lastLines }: ChildExit): string {
  const how = signal ? `was ended by ${signal}` : `ended (exit code ${code})`;
  return lastLines.length === 0 ? how : `${how}; its last lines:\n${quoteLines(lastLines)}`;
}
