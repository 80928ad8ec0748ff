import { byId } from './dom.js';
import { seconds, TurnRow } from './turn-row.js';
import { drawScale } from './turn-scale.js';
import { Answers } from './turns.js';

/**
 * @import { Turn } from './agent-event.js'
 * @import { Answer } from './turns.js'
 */

/** The answers of a call, the last one first: it is unfolded, where the screen has room, and others on demand. */
export class TurnsView {
  answers = new Answers();
  #turns = byId('turns', HTMLDivElement);
  #list = byId('turn-list', HTMLOListElement);
  #scale = byId('scale', HTMLDivElement);
  #answered = byId('answered', HTMLParagraphElement);
  /** @type {Map<Answer, TurnRow>} */ #rows = new Map();
  /** What was folded or unfolded by hand stays so. @type {Map<Answer, boolean>} */ #choices = new Map();

  /** @param {number} heardMs */
  heard(heardMs) {
    this.answers.heard(heardMs);
    this.#answered.textContent = `answered in ${seconds(heardMs)}`;
    this.#show();
  }

  /** @param {Turn} turn */
  told(turn) {
    this.answers.told(turn);
    this.#show();
  }

  /** Another call begins. */
  clear() {
    this.answers = new Answers();
    this.#rows.clear();
    this.#choices.clear();
    this.#list.replaceChildren();
    this.#answered.textContent = '';
    this.#show();
  }

  #show() {
    const { list } = this.answers;
    const last = list.findLast(({ parts }) => parts);
    const hasRoom = !matchMedia('(max-width: 760px)').matches;
    for (const [index, answer] of list.entries()) {
      const row = this.#rows.get(answer) ?? this.#add(answer, index + 1);
      row.show(answer);
      row.isOpen = this.#choices.get(answer) ?? (hasRoom && answer === last);
    }
    drawScale(this.#turns, this.#scale, list);
    this.#turns.hidden = list.length === 0;
    byId('no-turns', HTMLParagraphElement).hidden = list.length > 0;
    const medianMs = this.answers.medianMs();
    byId('median', HTMLSpanElement).textContent = medianMs === undefined ? '' : `median ${seconds(medianMs)}`;
  }

  /**
   * @param {Answer} answer
   * @param {number} count
   */
  #add(answer, count) {
    const row = new TurnRow(count, () => {
      row.isOpen = !row.isOpen;
      this.#choices.set(answer, row.isOpen);
    });
    this.#rows.set(answer, row);
    this.#list.prepend(row.item);
    return row;
  }
}
