import { byId, make } from './dom.js';

/**
 * @typedef {'microphone' | 'token' | 'livekit' | 'media' | 'agent' | 'voice'} StepName
 * @typedef {'open' | 'running' | 'done' | 'failed' | 'skipped'} StepState
 * @typedef {{state: StepState, ms?: number}} Step
 */

/** The way of a call, in the order it is gone: where it stops is where to look. */
const LABELS = /** @type {const} */ ({
  microphone: 'Microphone opens',
  token: 'Token is issued',
  livekit: 'LiveKit answers',
  media: 'Media path is found',
  agent: 'Agent joins',
  voice: 'First words are heard',
});
const NAMES = /** @type {StepName[]} */ (Object.keys(LABELS));
const WORDS = { open: '–', running: '…', done: '', failed: 'failed', skipped: 'skipped' };

/** The set-up of a call, step by step with its time. */
export class Steps {
  /** @type {Map<StepName, Step>} */ #steps = new Map();
  /** @type {Map<StepName, number>} */ #startedMs = new Map();
  #list = byId('steps', HTMLOListElement);

  constructor() {
    this.reset();
  }

  reset() {
    this.#startedMs.clear();
    for (const name of NAMES) this.#steps.set(name, { state: 'open' });
    this.#show();
  }

  /** @param {StepName} name */
  start(name) {
    this.#startedMs.set(name, performance.now());
    this.#set(name, 'running');
  }

  /** @param {StepName} name */
  done(name) {
    if (this.#steps.get(name)?.state !== 'done') this.#set(name, 'done');
  }

  /** @param {StepName} name */
  skip(name) {
    this.#set(name, 'skipped');
  }

  /** Whatever is under way came to nothing. */
  fail() {
    for (const [name, { state }] of this.#steps) if (state === 'running') this.#set(name, 'failed');
  }

  /** Whatever is under way is no longer waited for. */
  stop() {
    for (const [name, { state }] of this.#steps) if (state === 'running') this.#set(name, 'skipped');
  }

  /** For the report. */
  facts() {
    return Object.fromEntries([...this.#steps].map(([name, { state, ms }]) => [name, ms ?? state]));
  }

  /**
   * @param {StepName} name
   * @param {StepState} state
   */
  #set(name, state) {
    const startedMs = this.#startedMs.get(name);
    const isOver = state === 'done' || state === 'failed';
    const ms = isOver && startedMs !== undefined ? Math.round(performance.now() - startedMs) : undefined;
    this.#steps.set(name, { state, ...(ms !== undefined && { ms }) });
    this.#show();
  }

  #show() {
    this.#list.replaceChildren(
      ...[...this.#steps].map(([name, { state, ms }]) => {
        const words = state === 'done' && ms !== undefined ? `${ms} ms` : WORDS[state];
        const attributes = { 'data-step': name, 'data-state': state };
        return make('li', attributes, make('span', {}, LABELS[name]), make('span', { class: 'ms' }, words));
      }),
    );
  }
}
