import { make } from '../dom.js';
import { TurnRow } from '../turn-row.js';
import { drawScale } from '../turn-scale.js';

/** @typedef {{turn: number, atMs: number, interrupted: boolean, parts: Record<string, number>}} LiveTurn */

/** Where the time of a call's last answers went, folded until somebody looks. */
export class CallTurns {
  element;
  #summary = make('summary');
  #scale = make('div', { class: 'scale', 'aria-hidden': 'true' });
  #list = make('ol', { 'aria-label': 'Answers, the last one first' });
  #turns = make('div', { class: 'turns' }, this.#scale, this.#list);
  /** @type {Map<number, TurnRow>} */ #rows = new Map();

  /** @param {string | undefined} traceId */
  constructor(traceId) {
    const trace = traceId ? [make('small', {}, 'Trace ', make('code', {}, traceId))] : [];
    this.element = make('details', {}, this.#summary, this.#turns, ...trace);
  }

  /** @param {readonly LiveTurn[]} turns oldest first */
  show(turns) {
    const text = `Where the time of ${turns.length === 1 ? 'the answer' : `the last ${turns.length} answers`} went`;
    if (this.#summary.textContent !== text) this.#summary.textContent = text;
    for (const { turn, parts } of turns) {
      if (this.#rows.has(turn)) continue;
      const row = new TurnRow(turn, () => {
        row.isOpen = !row.isOpen;
      });
      row.isOpen = false;
      row.show({ turn, parts });
      this.#rows.set(turn, row);
      this.#list.prepend(row.item);
    }
    for (const [turn, row] of this.#rows) {
      if (turns.some((one) => one.turn === turn)) continue;
      row.item.remove();
      this.#rows.delete(turn);
    }
    drawScale(
      this.#turns,
      this.#scale,
      turns.map(({ turn, parts }) => ({ turn, parts })),
    );
  }
}
