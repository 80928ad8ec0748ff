import { agentStatus, requestToken } from '../api.js';
import { Call } from '../call.js';
import { Ear } from '../ear.js';
import { loadLiveKit } from '../livekit.js';
import { pause } from './pause.js';

/**
 * @import { AgentTold } from './context.js'
 *
 * @typedef {object} Question
 * @property {string} agentName
 * @property {string} credential
 * @property {string} prompt
 * @property {boolean} relay
 * @property {AudioContext} audio
 * @property {AbortSignal} signal
 */

const QUESTION = 'Hello, can you hear me?';
const JOINS_WITHIN_MS = 15_000;
/** A greeting comes first, if there is one. */
const GREETS_WITHIN_MS = 1500;
const GREETING_MS = 15_000;
const ANSWERS_WITHIN_MS = 20_000;
const QUIET_MS = 800;
const LOOK_MS = 50;
/** Of `Ear`: above it is speech. */
const LOUD = 0.25;

/**
 * Calls the agent as a caller does, asks it in writing and waits until it is heard. Takes one line for so long; the call
 * is counted nowhere.
 *
 * @param {Question} question
 * @returns {Promise<AgentTold>}
 */
export async function askAgent({ agentName, credential, prompt, relay, audio, signal }) {
  const grant = await requestToken(credential, { check: true, ...(prompt && { prompt }) });
  if (grant.notice) return { outcome: 'busy', message: grant.notice };
  const heard = new AgentHeard(audio);
  const call = new Call(await loadLiveKit(), agentName, heard.events);
  const startedMs = performance.now();
  try {
    await call.join(grant, { path: relay ? 'relay' : 'any', microphone: undefined });
    const isThere = await until(() => heard.isThere, JOINS_WITHIN_MS, signal);
    if (!isThere) return { outcome: 'absent', ...(await reasonOf(grant)) };
    const joinedMs = Math.round(performance.now() - startedMs);
    await heard.greeting(signal);
    await call.say(QUESTION);
    const askedMs = performance.now();
    const isHeard = await until(() => heard.isLoud, ANSWERS_WITHIN_MS, signal);
    if (!isHeard) return { outcome: 'quiet', joinedMs, ...heard.fault };
    return { outcome: 'answered', joinedMs, answeredMs: Math.round(performance.now() - askedMs) };
  } finally {
    heard.close();
    await call.hangUp();
  }
}

/**
 * @param {import('../api.js').Grant} grant
 * @returns {Promise<{message?: string, hint?: string}>}
 */
async function reasonOf(grant) {
  const status = await agentStatus(grant).catch(() => undefined);
  return status ? { message: status.message, ...(status.hint && { hint: status.hint }) } : {};
}

/** What is heard and told of the agent in one call. */
class AgentHeard {
  isThere = false;
  /** What the agent tells of its own failure. @type {{message?: string, hint?: string}} */ fault = {};
  /** Browsers hand on remote sound only while an element plays it. */
  #element = new Audio();
  /** @type {Ear | undefined} */ #ear;
  #audio;

  /** @param {AudioContext} audio */
  constructor(audio) {
    this.#audio = audio;
    this.#element.muted = true;
  }

  get isLoud() {
    return (this.#ear?.read() ?? 0) > LOUD;
  }

  /** @returns {import('../call.js').CallEvents} */
  get events() {
    return {
      signalled() {},
      words() {},
      event: (event) => {
        if (event.type === 'error')
          this.fault = { message: event.message, ...(event.hint && { hint: event.hint }) };
      },
      agent: (attributes) => {
        this.isThere = attributes !== undefined;
      },
      agentTrack: (track) => {
        track.attach(this.#element);
        this.#ear = new Ear(this.#audio, track.mediaStreamTrack);
      },
      reconnecting() {},
      audioBlocked() {},
      ended() {},
    };
  }

  /**
   * Lets it finish its greeting, if there is one.
   *
   * @param {AbortSignal} signal
   */
  async greeting(signal) {
    if (!(await until(() => this.isLoud, GREETS_WITHIN_MS, signal))) return;
    let loudMs = performance.now();
    await until(
      () => {
        if (this.isLoud) loudMs = performance.now();
        return performance.now() - loudMs > QUIET_MS;
      },
      GREETING_MS,
      signal,
    );
  }

  close() {
    this.#ear?.close();
    this.#element.srcObject = null;
  }
}

/**
 * @param {() => boolean} isSo
 * @param {number} withinMs
 * @param {AbortSignal} signal
 */
async function until(isSo, withinMs, signal) {
  const endMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endMs || signal.aborted) return false;
    await pause(LOOK_MS, signal);
  }
  return true;
}
