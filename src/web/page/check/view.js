import { byId, make } from '../dom.js';
import { HOPS, summaryOf } from './hops.js';
import { openNet } from './net.js';
import { drawPicture } from './picture.js';
import { runHops } from './run.js';

/**
 * @import { Result } from './run.js'
 * @import { State } from './picture.js'
 *
 * @typedef {object} Options
 * @property {() => {credential: string, prompt: string, mayRun: boolean}} choices of this moment
 * @property {(facts: Record<string, unknown>) => Promise<boolean>} copy
 */

const WORDS = {
  ok: 'ok',
  warn: 'warning',
  fail: 'broken',
  skip: 'skipped',
  open: 'to do',
  running: 'running',
};

/** “Check my connection”: each hop between this browser and the agent tried by itself. */
export class CheckView {
  #dialog = byId('connection-dialog', HTMLDialogElement);
  #start = byId('connection-start', HTMLButtonElement);
  #list = byId('connection-hops', HTMLOListElement);
  #copy = byId('connection-copy', HTMLButtonElement);
  /** @type {Map<string, State>} */ #states = new Map();
  /** @type {Map<string, Result>} */ #results = new Map();
  /** @type {AbortController | undefined} */ #running;
  #options;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    byId('connection-open', HTMLButtonElement).addEventListener('click', () => this.open());
    byId('connection-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#running?.abort());
    this.#start.addEventListener('click', () => (this.#running ? this.#running.abort() : void this.#run()));
    this.#copy.addEventListener('click', () => void this.#report());
    byId('connection-command', HTMLElement).textContent = commandFor(location);
    this.#reset();
  }

  open() {
    this.#dialog.showModal();
  }

  /** Never a token, a password or a name: URLs of ICE servers, addresses and figures are what is told. */
  facts() {
    const checks = HOPS.map(({ id }) => this.#results.get(id)).filter((result) => result !== undefined);
    return { at: new Date().toISOString(), page: location.host, checks, browser: navigator.userAgent };
  }

  async #run() {
    const running = new AbortController();
    const { credential, prompt, mayRun } = this.#options.choices();
    if (!mayRun)
      return this.#say('fail', 'A call is running.', 'Hang up first: both would share this network.');
    this.#reset();
    this.#running = running;
    this.#start.textContent = 'Stop';
    const net = openNet({ credential, prompt, audio: new AudioContext() });
    const seen = { ways: new Map() };
    const withAgent = byId('connection-agent', HTMLInputElement).checked;
    this.#say('running', 'Checking …', 'It takes about 15 seconds.');
    const results = await runHops(
      HOPS,
      { net, seen, page: location, withAgent },
      {
        signal: running.signal,
        onStart: (id) => this.#show(id, 'running'),
        onResult: (result) => {
          this.#results.set(result.id, result);
          this.#show(result.id, result.verdict);
        },
      },
    );
    await net.close().catch(() => {});
    this.#running = undefined;
    this.#start.textContent = 'Check again';
    this.#copy.disabled = false;
    const { verdict, title, text } = summaryOf(results);
    if (running.signal.aborted) this.#say('warn', 'The check was stopped.', '');
    else this.#say(verdict, title, text);
  }

  #reset() {
    this.#results.clear();
    this.#states = new Map(HOPS.map(({ id }) => [id, /** @type {const} */ ('open')]));
    this.#copy.disabled = true;
    this.#list.replaceChildren(...HOPS.map(({ id, proves }) => lineOf({ id, proves }, 'open')));
    this.#say('open', 'Not checked yet.', '');
    this.#draw();
  }

  /**
   * @param {string} id
   * @param {State} state
   */
  #show(id, state) {
    this.#states.set(id, state);
    const hop = this.#results.get(id) ?? HOPS.find((known) => known.id === id);
    const old = this.#list.querySelector(`[data-hop="${id}"]`);
    if (hop && old) old.replaceWith(lineOf(hop, state));
    this.#draw();
  }

  #draw() {
    const broken = HOPS.find(({ id }) => this.#states.get(id) === 'fail');
    const svg = this.#dialog.querySelector('svg');
    const words = broken ? `The way to the agent; broken: ${broken.proves}` : 'The way to the agent';
    if (svg) drawPicture(svg, this.#states, broken?.id, words);
  }

  /**
   * @param {State} state
   * @param {string} title
   * @param {string} text
   */
  #say(state, title, text) {
    const box = byId('connection-summary', HTMLParagraphElement);
    box.dataset.state = state;
    box.replaceChildren(make('b', {}, title), '\n', text);
  }

  async #report() {
    const isCopied = await this.#options.copy(this.facts());
    this.#copy.textContent = isCopied ? 'Copied' : 'Copy report';
    setTimeout(() => {
      this.#copy.textContent = 'Copy report';
    }, 2000);
  }
}

/**
 * Runs the downloaded program against this page; it asks for the credential.
 *
 * @param {{origin: string, pathname: string}} page
 */
const commandFor = ({ origin, pathname }) => `node voice-agent-check.mjs --page ${origin}${pathname}`;

/**
 * @param {{id: string, proves: string} & Partial<Result>} hop
 * @param {State} state
 */
function lineOf({ id, proves, evidence = '', cause = '', fix = '', ms = 0 }, state) {
  const isOver = state === 'ok' || state === 'warn' || state === 'fail';
  return make(
    'li',
    { 'data-hop': id, 'data-state': state },
    make('span', { class: 'proves' }, proves),
    make('span', { class: 'ms' }, isOver && ms > 0 ? `${WORDS[state]} · ${ms} ms` : WORDS[state]),
    ...(evidence ? [make('p', { class: 'evidence-text' }, evidence)] : []),
    ...(cause ? [make('p', { class: 'cause' }, cause)] : []),
    ...(fix ? [make('p', { class: 'fix' }, make('b', {}, 'What to do: '), fix)] : []),
    ...(state === 'fail' || state === 'warn' ? [make('p', { class: 'id' }, `Check id: ${id}`)] : []),
  );
}
