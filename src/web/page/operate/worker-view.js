import { make } from '../dom.js';
import { seconds } from '../turn-row.js';
import { CallTurns } from './call-turns.js';
import { Table } from './table.js';

/**
 * @import { LiveTurn } from './call-turns.js'
 * @typedef {{id: string, host: number, ageMs: number, stage: string, stageSinceMs?: number, prompt?: string, via?: string,
 *   turns: number, lastTurns: LiveTurn[], traceId?: string}} CallStatus
 * @typedef {{stage: string, host: string, model: string, breaker: string, requests: number, failed: number, p50Ms?: number,
 *   p95Ms?: number}} EndpointStatus
 * @typedef {{atMs: number, slots: number, slotsUsed: number, unready: string[], hosts: {ready: boolean}[], calls: CallStatus[],
 *   endpoints: EndpointStatus[]}} WorkerStatus
 */

const CALLS = [
  ...[{ name: 'Call' }, { name: 'Prompt' }, { name: 'Via' }, { name: 'Stage' }],
  ...[
    { name: 'Age', isFigure: true },
    { name: 'Host', isFigure: true },
    { name: 'Turns', isFigure: true },
  ],
  { name: 'Last answer', isFigure: true },
  { name: 'Sound' },
];
const ENDPOINTS = [
  ...[{ name: 'Endpoint' }, { name: 'Host' }, { name: 'Model' }, { name: 'Breaker' }],
  ...[
    { name: 'Requests', isFigure: true },
    { name: 'Failed', isFigure: true },
  ],
  ...[
    { name: 'p50', isFigure: true },
    { name: 'p95', isFigure: true },
  ],
];
const STAGES = /** @type {Record<string, string>} */ ({ 'caller-speaks': 'caller speaks' });

/** One worker: whether it is ready, its calls, and the model endpoints as its calls see them. */
export class WorkerView {
  element;
  #about = make('p');
  #problem = make('p', { class: 'fault' });
  #idle = make('p', { class: 'empty' }, 'No call runs.');
  #calls = new Table(CALLS, 'call');
  #endpoints = new Table(ENDPOINTS, 'endpoint');
  /** By call. @type {Map<string, CallTurns>} */ #turns = new Map();
  /** Calls of the last answer. @type {Set<string>} */ #seen = new Set();

  #listening;

  /**
   * @param {string} at its address
   * @param {import('./listening.js').Listening} listening
   */
  constructor(at, listening) {
    this.#listening = listening;
    const header = make('header', {}, make('h2', {}, at), this.#about);
    const parts = [this.#problem, this.#idle, this.#calls.element, this.#endpoints.element];
    this.element = make('section', { class: 'worker', 'data-testid': 'worker' }, header, ...parts);
  }

  /**
   * What it last told is not shown: nobody knows whether it still holds.
   *
   * @param {string} problem
   */
  showProblem(problem) {
    this.#problem.textContent = `Does not answer: ${problem}`;
    this.#problem.hidden = false;
    this.#about.textContent = '';
    this.#idle.hidden = true;
    this.#calls.show([]);
    this.#endpoints.show([]);
  }

  /** @param {WorkerStatus} status */
  show({ slots, slotsUsed, unready, hosts, calls, endpoints, atMs }) {
    this.#problem.hidden = true;
    const ready = hosts.filter((host) => host.ready).length;
    const state = unready.length > 0 ? `not ready: ${unready.join(', ')}` : 'ready';
    this.#about.textContent = `${state} · ${slotsUsed} of ${slots} calls · ${ready} of ${hosts.length} hosts ready`;
    this.#idle.hidden = calls.length > 0;
    this.#forgetAllBut(calls);
    this.#calls.show(
      calls.map((call) => ({
        key: call.id,
        cells: [...callCells(call, atMs), this.#listenCell(call)],
        below: this.#turnsOf(call),
      })),
    );
    this.#endpoints.show(
      endpoints.map((one) => ({ key: `${one.stage} ${one.host} ${one.model}`, cells: endpointCells(one) })),
    );
  }

  /** @param {readonly CallStatus[]} calls */
  #forgetAllBut(calls) {
    const running = new Set(calls.map(({ id }) => id));
    for (const id of this.#seen) if (!running.has(id)) this.#listening.forget(id);
    for (const id of this.#turns.keys()) if (!running.has(id)) this.#turns.delete(id);
    this.#seen = running;
  }

  /**
   * Nothing before its agent listens.
   *
   * @param {CallStatus} call
   */
  #listenCell({ id, prompt }) {
    return { text: '', ...(prompt !== undefined && { element: this.#listening.controlOf(id) }) };
  }

  /** @param {CallStatus} call */
  #turnsOf({ id, lastTurns, traceId }) {
    if (lastTurns.length === 0) return undefined;
    const turns = this.#turns.get(id) ?? new CallTurns(traceId);
    this.#turns.set(id, turns);
    turns.show(lastTurns);
    return turns.element;
  }
}

/**
 * @param {CallStatus} call
 * @param {number} atMs when the worker told it
 */
function callCells({ id, prompt = '', via = '', stage, stageSinceMs, ageMs, host, turns, lastTurns }, atMs) {
  const since = stageSinceMs === undefined ? '' : ` ${clock(atMs - stageSinceMs)}`;
  const last = lastTurns.at(-1)?.parts.totalMs;
  return [
    ...[{ text: id }, { text: prompt }, { text: via }],
    { text: (STAGES[stage] ?? stage) + since, mark: stage },
    ...[{ text: clock(ageMs) }, { text: `${host}` }, { text: `${turns}` }],
    { text: last === undefined ? '' : seconds(last) },
  ];
}

/** @param {EndpointStatus} endpoint */
function endpointCells({ stage, host, model, breaker, requests, failed, p50Ms, p95Ms }) {
  const ms = (/** @type {number | undefined} */ value) =>
    value === undefined ? '' : `${Math.round(value)} ms`;
  return [
    ...[{ text: stage }, { text: host }, { text: model }, { text: breaker, mark: breaker }],
    ...[{ text: `${requests}` }, { text: `${failed}` }, { text: ms(p50Ms) }, { text: ms(p95Ms) }],
  ];
}

/**
 * `1:02:03`, `2:03`
 *
 * @param {number} ms
 */
function clock(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
