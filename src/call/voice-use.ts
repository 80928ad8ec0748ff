/** Whether somebody waits for the voice endpoint now: what can wait is asked for when nobody does. */
export class VoiceUse {
  readonly #users = new Set<object>();
  #waiting: (() => void)[] = [];

  /** @returns what ends this use; more than once is no fault. */
  begin(): () => void {
    const user = {};
    this.#users.add(user);
    return () => {
      this.#users.delete(user);
      if (this.#users.size > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  /** Resolves when nobody uses it, or at the abort. */
  whenFree(signal: AbortSignal): Promise<void> {
    if (this.#users.size === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
