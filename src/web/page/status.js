import { byId } from './dom.js';

const WORDS = {
  loading: 'Loading',
  idle: 'Ready',
  connecting: 'Connecting',
  waiting: 'Waiting for the agent',
  'in-call': 'In call',
  reconnecting: 'Reconnecting',
  ended: 'Call ended',
  failed: 'Call failed',
};

/** @typedef {keyof typeof WORDS} CallState */

/** @param {CallState} state */
export const isInCall = (state) => !['loading', 'idle', 'ended', 'failed'].includes(state);

/** Shows in which state the call is, and lets only those controls work that make sense in it. */
export class Status {
  /** @type {CallState} */ state = 'loading';
  /** @type {number | undefined} */ #connectedMs;
  #timer = byId('timer', HTMLParagraphElement);

  constructor() {
    setInterval(() => this.#tick(), 500);
  }

  /** @param {CallState} state */
  set(state) {
    this.state = state;
    const inCall = isInCall(state);
    const connected = inCall && state !== 'connecting';
    if (!connected) this.#connectedMs = undefined;
    else this.#connectedMs ??= performance.now();
    if (connected) this.#timer.hidden = false;
    if (state === 'connecting') this.#timer.hidden = true;
    document.body.dataset.state = state;
    const status = byId('status', HTMLParagraphElement);
    status.dataset.state = state;
    status.textContent = WORDS[state];
    const call = byId('call', HTMLButtonElement);
    call.disabled = state === 'loading';
    call.dataset.state = inCall ? 'hang-up' : 'idle';
    call.textContent = inCall ? 'Hang up' : state === 'idle' || state === 'loading' ? 'Call' : 'Call again';
    byId('settings', HTMLFieldSetElement).disabled = inCall;
    byId('check', HTMLButtonElement).disabled = inCall || state === 'loading';
    byId('message', HTMLInputElement).disabled = !connected;
    byId('send', HTMLButtonElement).disabled = !connected;
    this.#tick();
  }

  #tick() {
    if (this.#connectedMs === undefined) return;
    const s = Math.floor((performance.now() - this.#connectedMs) / 1000);
    this.#timer.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  }
}
