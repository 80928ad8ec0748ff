import { byId, make } from './dom.js';
import { LateAnswer, takenBack } from './taken-back.js';

/** @import { Words } from './room-events.js' */

/** What keys of lines begin with that the caller wrote. */
const WRITTEN = 'caller written-';

/**
 * Both sides of the conversation. Words that may still change stand below the log, out of the live region, so that
 * a screen reader says each sentence once, when it is final.
 */
export class Transcript {
  #said = byId('said', HTMLDivElement);
  #saying = byId('saying', HTMLDivElement);
  #box = byId('transcript', HTMLElement);
  /** @type {Map<string, HTMLElement>} */ #lines = new Map();
  /** Lines that are shown no more; what still comes of them is not shown either. @type {Set<string>} */ #gone =
    new Set();
  #lateAnswer = new LateAnswer();

  /** How many lines are final, by speaker. */
  get counts() {
    /** @param {string} speaker */
    const count = (speaker) => this.#said.querySelectorAll(`[data-speaker=${speaker}]`).length;
    return { caller: count('caller'), agent: count('agent') };
  }

  clear() {
    this.#lines.clear();
    this.#gone.clear();
    this.#lateAnswer = new LateAnswer();
    this.#said.replaceChildren();
    this.#saying.replaceChildren();
    byId('nothing', HTMLParagraphElement).hidden = false;
  }

  /** @param {Words} words */
  show({ segment, speaker, name, text, final }) {
    const wasAtEnd = this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < 60;
    const key = `${speaker} ${segment}`;
    if (this.#gone.has(key)) return;
    let line = this.#lines.get(key);
    if (line?.dataset.final === 'true' && !final) return; // a late interim of a finished segment
    if (!line && this.#lateAnswer.isOf(speaker, performance.now())) {
      this.#gone.add(key);
      return;
    }
    if (speaker === 'caller' && final) this.#lateAnswer.callerSpoke();
    if (!line) {
      line = newLine(speaker, name);
      line.dataset.order = String(this.#lines.size);
      this.#lines.set(key, line);
      this.#saying.append(line);
    }
    const spoken = line.lastElementChild;
    if (spoken) spoken.textContent = text;
    if (final && line.dataset.final !== 'true') this.#file(line);
    line.dataset.final = String(final);
    byId('nothing', HTMLParagraphElement).hidden = true;
    if (wasAtEnd) this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** The caller goes on with a turn that had ended: it comes again, with the rest, and its answer is none. */
  takeBack() {
    this.#lateAnswer.takeBack(performance.now());
    const spoken = [...this.#lines].filter(([key]) => !key.startsWith(WRITTEN) && !this.#gone.has(key));
    const lines = spoken.map(([key, { dataset }]) => ({
      ...{ key, speaker: dataset.speaker, isFinal: dataset.final === 'true' },
    }));
    for (const key of takenBack(lines)) {
      this.#lines.get(key)?.remove();
      this.#gone.add(key);
    }
  }

  /** Whatever is still open will not change any more. */
  settle() {
    for (const line of [...this.#saying.children]) {
      if (!(line instanceof HTMLElement)) continue;
      line.dataset.final = 'true';
      this.#file(line);
    }
  }

  /**
   * Where it began: what a caller breaks into is often final after what the caller said.
   *
   * @param {HTMLElement} line
   */
  #file(line) {
    const later = [...this.#said.children].find(
      (other) => other instanceof HTMLElement && Number(other.dataset.order) > Number(line.dataset.order),
    );
    this.#said.insertBefore(line, later ?? null);
  }

  /**
   * What the caller wrote.
   *
   * @param {string} text
   */
  wrote(text) {
    const segment = `written-${this.#lines.size}`;
    this.show({ segment, speaker: 'caller', name: 'You wrote', text, final: true });
  }
}

/**
 * @param {string} speaker
 * @param {string} name
 */
function newLine(speaker, name) {
  const time = new Date().toLocaleTimeString([], { hour12: false });
  const attributes = {
    class: 'words',
    'data-testid': 'line',
    'data-speaker': speaker,
    'data-final': 'false',
  };
  const head = make('p', { class: 'who' }, make('b', {}, name), ' ', make('time', {}, time));
  return make('div', attributes, head, make('p', { class: 'text', dir: 'auto' }));
}
