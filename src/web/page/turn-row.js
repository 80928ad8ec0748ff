import { make } from './dom.js';
import { waterfall } from './turns.js';

/** @import { Answer, StepName } from './turns.js' */

/**
 * Steps by what does them; where no endpoint works, the answer waits.
 *
 * @type {Record<StepName, {kind: string, label: string, title: string}>}
 */
const STEPS = {
  pause: { kind: 'wait', label: 'pause', title: 'Your last sound until your pause was seen' },
  stt: { kind: 'stt', label: 'STT', title: 'Until the transcript' },
  hold: { kind: 'wait', label: 'hold', title: 'Transcript until the language model was asked' },
  llm: { kind: 'llm', label: 'LLM', title: 'Language model asked, until its first token' },
  clause: { kind: 'clause', label: 'clause', title: 'First token until the first clause went to the voice' },
  tts: { kind: 'tts', label: 'TTS', title: 'First clause until its first audio' },
  ready: {
    kind: 'wait',
    label: 'ready',
    title: 'First audio until it was played: your turn had to end first',
  },
  other: { kind: 'unknown', label: 'other', title: 'Until it was played: what was not told apart' },
};
const OVER =
  'Your last sound until it was decided that your turn was over; what is left of the line was done ahead';
const TOTAL = 'Your last sound until the agent began to play its answer';
const HEARD = "Your last sound until the agent's first, as heard in this browser";

/**
 * Shows a wait as people say it.
 *
 * @param {number} ms
 */
export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/**
 * One answer: folded, its steps are stairs as wide as they took; unfolded, each has its name and its milliseconds.
 * What is drawn is placed in milliseconds; the list around it says how many it is wide.
 */
export class TurnRow {
  item = make('li', { class: 'turn', 'data-testid': 'turn' });
  #count;
  #button = make('button', { type: 'button' });
  #lines = make('div', { class: 'lines', 'aria-hidden': 'true' });
  #lanes = make('ul', { class: 'lanes' });

  /**
   * @param {number} count 1 for the first answer of the call
   * @param {() => void} onToggle
   */
  constructor(count, onToggle) {
    this.#count = count;
    this.#button.addEventListener('click', onToggle);
    this.item.append(this.#button, this.#lanes, this.#lines);
  }

  get isOpen() {
    return this.#button.getAttribute('aria-expanded') === 'true';
  }

  set isOpen(is) {
    this.#button.setAttribute('aria-expanded', String(is));
  }

  /** @param {Answer} answer */
  show({ heardMs, parts }) {
    const state = parts ? 'told' : 'heard';
    if (this.item.dataset.state === state) return;
    this.item.dataset.state = state;

    const waitMs = heardMs ?? parts?.totalMs;
    const wait = waitMs === undefined ? '–' : seconds(waitMs);
    this.#button.replaceChildren(make('span', {}, String(this.#count)), make('b', {}, wait));
    this.#button.setAttribute('aria-label', `Turn ${this.#count}, ${wait}`);

    const steps = waterfall(parts ?? {}).map(({ name, fromMs, ms }) => laneOf(STEPS[name], ms, fromMs));
    const { endpointingMs, totalMs } = parts ?? {};
    const points = [
      { kind: 'point over', label: 'turn over', title: OVER, ms: endpointingMs },
      { kind: 'point total', label: 'total', title: TOTAL, ms: totalMs },
      { kind: 'point heard', label: 'heard', title: HEARD, ms: heardMs },
    ].flatMap(({ ms, ...lane }) => (ms === undefined ? [] : [laneOf(lane, ms)]));
    this.#lanes.replaceChildren(...steps, ...points);
    this.#lines.replaceChildren(...lineAt('over', endpointingMs), ...lineAt('heard', heardMs));
  }
}

/**
 * @param {{kind: string, label: string, title: string}} lane
 * @param {number} ms
 * @param {number} [fromMs]
 */
function laneOf({ kind, label, title }, ms, fromMs = 0) {
  const bar = make('i', {});
  bar.style.setProperty('--from', String(fromMs));
  bar.style.setProperty('--ms', String(ms));
  const track = make('span', { class: 'track', 'aria-hidden': 'true' }, bar);
  const figure = make('span', { class: 'ms' }, `${Math.round(ms)} ms`);
  return make('li', { class: kind, title }, make('span', { class: 'name' }, label), ' ', track, figure);
}

/**
 * @param {string} kind
 * @param {number | undefined} ms
 */
function lineAt(kind, ms) {
  if (ms === undefined) return [];
  const line = make('i', { class: `line ${kind}` });
  line.style.setProperty('--from', String(ms));
  return [line];
}
