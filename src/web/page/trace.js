/** How much of the past is shown. */
const WINDOW_MS = 30_000;
const STEP_MS = 50;
const LABEL_WIDTH = 52;

/** @typedef {{ms: number, caller: number, agent: number}} Sample */
/** @typedef {{fromMs: number, toMs: number, text: string}} Gap */

/**
 * Who was heard when, as on a chart recorder: the caller above the line, the agent below, and the wait for each
 * answer marked between them.
 */
export class Trace {
  #canvas;
  /** @type {Sample[]} */ #samples = [];
  /** @type {Gap[]} */ #gaps = [];
  #nowMs = 0;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  /** @param {Sample} sample */
  push(sample) {
    this.#nowMs = sample.ms;
    this.#samples.push(sample);
    const oldest = this.#nowMs - WINDOW_MS;
    while ((this.#samples[0]?.ms ?? oldest) < oldest) this.#samples.shift();
    this.#gaps = this.#gaps.filter(({ toMs }) => toMs > oldest);
    // Without motion the chart is renewed now and then instead of flowing.
    if (!this.#still.matches || this.#samples.length % 40 === 0) this.draw();
  }

  /** @param {Gap} gap */
  mark(gap) {
    this.#gaps.push(gap);
  }

  clear() {
    this.#samples = [];
    this.#gaps = [];
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    if (!context || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const style = getComputedStyle(this.#canvas);
    /** @param {string} name */
    const color = (name) => style.getPropertyValue(name).trim();
    const middle = Math.round(height / 2);
    const x = this.#scale(width);

    context.font = `11px ${color('--sans')}`;
    context.textBaseline = 'middle';
    this.#drawGrid(context, { width, height, middle, color });
    const room = middle - 14;
    const step = Math.max(1.5, x(STEP_MS) - x(0) - 0.75);
    for (const { ms, caller, agent } of this.#samples) {
      context.fillStyle = color('--caller');
      context.fillRect(x(ms), middle - 1 - caller * room, step, caller * room);
      context.fillStyle = color('--agent');
      context.fillRect(x(ms), middle + 1, step, agent * room);
    }
    for (const gap of this.#gaps) this.#drawGap(context, gap, { x, width, middle, color });
  }

  /**
   * @param {number} width
   * @returns {(ms: number) => number}
   */
  #scale(width) {
    const perMs = (width - LABEL_WIDTH - 8) / WINDOW_MS;
    return (ms) => width - 8 - (this.#nowMs - ms) * perMs;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{width: number, height: number, middle: number, color: (name: string) => string}} look
   */
  #drawGrid(context, { width, height, middle, color }) {
    context.strokeStyle = color('--hairline');
    context.lineWidth = 1;
    const perMs = (width - LABEL_WIDTH - 8) / WINDOW_MS;
    for (let agoMs = 0; agoMs <= WINDOW_MS; agoMs += 5000) {
      const at = Math.round(width - 8 - agoMs * perMs) + 0.5;
      context.beginPath();
      context.moveTo(at, 6);
      context.lineTo(at, height - 6);
      context.stroke();
    }
    context.strokeStyle = color('--line');
    context.beginPath();
    context.moveTo(LABEL_WIDTH, middle + 0.5);
    context.lineTo(width - 8, middle + 0.5);
    context.stroke();
    context.textAlign = 'left';
    context.fillStyle = color('--soft');
    context.fillText('30 s ago', LABEL_WIDTH + 5, height - 11);
    context.fillStyle = color('--caller');
    context.fillText('You', 12, middle / 2 + 2);
    context.fillStyle = color('--agent');
    context.fillText('Agent', 12, middle + middle / 2 - 2);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Gap} gap
   * @param {{x: (ms: number) => number, width: number, middle: number, color: (name: string) => string}} look
   */
  #drawGap(context, { fromMs, toMs, text }, { x, width, middle, color }) {
    const [left, right] = [Math.max(x(fromMs), LABEL_WIDTH), x(toMs)];
    if (right < LABEL_WIDTH + 20) return;
    context.strokeStyle = context.fillStyle = color('--ink');
    context.beginPath();
    for (const at of [left, right]) {
      context.moveTo(at, middle - 5);
      context.lineTo(at, middle + 5);
    }
    context.moveTo(left, middle);
    context.lineTo(right, middle);
    context.stroke();
    context.textAlign = 'center';
    const half = context.measureText(text).width / 2;
    const at = Math.min(Math.max((left + right) / 2, LABEL_WIDTH + half), width - 8 - half);
    context.fillText(text, at, middle - 14);
  }
}
