import { byId } from './dom.js';

/** @import { Problem } from './problem.js' */

const ACTIONS = {
  retry: 'Call again',
  'without-microphone': 'Call without microphone',
  'start-audio': 'Play the sound',
};

/** The one place where faults are shown, in words, with what to do. */
export class ProblemView {
  #box = byId('problem', HTMLElement);
  #action = byId('problem-action', HTMLButtonElement);
  /** @type {Problem | undefined} */ #shown;
  /** Its news is not shown again. @type {string | undefined} */ #dismissed;

  /** @param {(action: NonNullable<Problem['action']>) => void} onAction */
  constructor(onAction) {
    this.#action.addEventListener('click', () => {
      const action = this.#shown?.action;
      this.hide();
      if (action) onAction(action);
    });
    byId('problem-close', HTMLButtonElement).addEventListener('click', () => {
      const title = this.#shown?.title;
      this.hide();
      this.#dismissed = title;
      byId('call', HTMLButtonElement).focus();
    });
  }

  get shown() {
    return this.#shown;
  }

  /** @param {Problem} problem */
  show(problem) {
    if (problem.title === this.#dismissed) return;
    const isNew = this.#shown?.code !== problem.code;
    this.#shown = problem;
    this.#box.dataset.state = problem.code;
    this.#box.dataset.level = problem.level ?? 'error';
    this.#write('problem-title', HTMLParagraphElement, problem.title);
    this.#write('problem-detail', HTMLParagraphElement, problem.detail);
    this.#write('problem-hint', HTMLParagraphElement, problem.hint);
    this.#action.hidden = problem.action === undefined;
    this.#action.textContent = problem.action ? ACTIONS[problem.action] : '';
    this.#box.hidden = false;
    if (isNew && problem.level !== 'notice') this.#box.focus();
  }

  /** @param {...string} codes only these; all when none is given */
  hide(...codes) {
    if (codes.length > 0 && !codes.includes(this.#shown?.code ?? '')) return;
    this.#shown = undefined;
    this.#dismissed = undefined;
    this.#box.hidden = true;
    this.#box.dataset.state = '';
  }

  /**
   * @param {string} id
   * @param {new () => HTMLElement} type
   * @param {string | undefined} text
   */
  #write(id, type, text) {
    const element = byId(id, type);
    if (element.textContent !== (text ?? '')) element.textContent = text ?? '';
    element.hidden = !text;
  }
}
