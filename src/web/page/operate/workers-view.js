import { make } from '../dom.js';
import { WorkerView } from './worker-view.js';

/** @import { WorkerStatus } from './worker-view.js' */
/** @typedef {{at: string, status?: WorkerStatus, problem?: string}} AskedWorker */

/** Workers, each with its calls and endpoints. */
export class WorkersView {
  #root;
  #none = make(
    'p',
    { class: 'empty' },
    'No worker answers at WORKERS_URL, and this page has none in its process.',
  );
  /** @type {Map<string, WorkerView>} */ #views = new Map();

  #listening;

  /**
   * @param {HTMLElement} root
   * @param {import('./listening.js').Listening} listening
   */
  constructor(root, listening) {
    this.#root = root;
    this.#listening = listening;
    this.#none.hidden = true;
    root.append(this.#none);
  }

  /** @param {readonly AskedWorker[]} workers */
  show(workers) {
    for (const [at, view] of this.#views) {
      if (workers.some((worker) => worker.at === at)) continue;
      view.element.remove();
      this.#views.delete(at);
    }
    for (const { at, status, problem = '' } of workers) {
      const view = this.#views.get(at) ?? this.#add(at);
      if (status) view.show(status);
      else view.showProblem(problem);
    }
    this.#none.hidden = workers.length > 0;
  }

  /** @param {string} at */
  #add(at) {
    const view = new WorkerView(at, this.#listening);
    this.#views.set(at, view);
    this.#root.append(view.element);
    return view;
  }
}
