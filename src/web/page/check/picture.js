/**
 * @import { Verdict } from './run.js'
 *
 * @typedef {Verdict | 'open' | 'running'} State
 * @typedef {{x1: number, y1: number, x2: number, y2: number, ids: readonly string[]}} Edge
 */

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 340;
const HEIGHT = 352;
const BOX_HEIGHT = 38;
/** Where the lanes are, from the left. */
const LANE = { page: 38, signal: 112, direct: 184, udp: 256, tcp: 312 };
const ROW = { browser: 4, middle: 132, livekit: 226, agent: 310 };

/** Boxes: what stands between the browser and the agent. */
const BOXES = [
  { x: 2, y: ROW.browser, width: 336, text: 'This browser', ids: ['candidates'] },
  { x: 2, y: ROW.middle, width: 72, text: 'Page', ids: [] },
  { x: 226, y: ROW.middle, width: 112, text: 'TURN', ids: ['ice-servers'] },
  { x: 86, y: ROW.livekit, width: 252, text: 'LiveKit', ids: ['media-echo', 'media-quality'] },
  { x: 86, y: ROW.agent, width: 252, text: 'Agent', ids: ['conversation'] },
];
const [top, middle, livekit] = [ROW.browser, ROW.middle, ROW.livekit].map((y) => y + BOX_HEIGHT);
/** @type {readonly (Edge & {text: string})[]} */
const EDGES = [
  { ...line(LANE.page, top, ROW.middle), ids: ['page', 'page-token'], text: 'https' },
  { ...line(LANE.signal, top, ROW.livekit), ids: ['signal-ws', 'signal-token'], text: 'signalling' },
  { ...line(LANE.direct, top, ROW.livekit), ids: ['join-direct'], text: 'direct' },
  { ...line(LANE.udp, top, ROW.middle), ids: ['turn-udp'], text: 'UDP' },
  { ...line(LANE.tcp, top, ROW.middle), ids: ['turn-tcp', 'turn-tls'], text: 'TCP' },
  { ...line(LANE.udp, middle, ROW.livekit), ids: ['join-relay-udp'], text: '' },
  { ...line(LANE.tcp, middle, ROW.livekit), ids: ['join-relay-tcp', 'join-relay-tls'], text: '' },
  { ...line(LANE.direct + 28, livekit, ROW.agent), ids: ['dispatch'], text: '' },
];

/**
 * @param {number} x
 * @param {number | undefined} y1
 * @param {number} y2
 */
function line(x, y1 = 0, y2) {
  return { x1: x, y1, x2: x, y2 };
}

/** Said by form too: not everybody tells colours apart. @type {Record<State, string>} */
const MARKS = { ok: '✓', warn: '!', fail: '✕', skip: '–', open: '', running: '…' };
const WORST = /** @type {const} */ (['fail', 'running', 'warn', 'open', 'ok', 'skip']);

/**
 * What is shown of several hops at once: the worst. One that was skipped says nothing beside one that was not.
 *
 * @param {readonly string[]} ids
 * @param {ReadonlyMap<string, State>} states
 * @returns {State}
 */
export function stateOf(ids, states) {
  const own = ids.map((id) => states.get(id) ?? 'open');
  return WORST.find((state) => own.includes(state)) ?? 'open';
}

/**
 * Draws the hops between this browser and the agent, the broken one marked.
 *
 * @param {SVGSVGElement} svg
 * @param {ReadonlyMap<string, State>} states by hop
 * @param {string | undefined} broken the first hop that failed
 * @param {string} words what the picture says
 */
export function drawPicture(svg, states, broken, words) {
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('aria-label', words);
  const edges = EDGES.map((edge) =>
    drawEdge(edge, stateOf(edge.ids, states), edge.ids.includes(broken ?? '')),
  );
  const boxes = BOXES.map((box) => drawBox(box, stateOf(box.ids, states), box.ids.includes(broken ?? '')));
  svg.replaceChildren(...edges, ...boxes);
}

/**
 * @param {(typeof EDGES)[number]} edge
 * @param {State} state
 * @param {boolean} isBroken
 */
function drawEdge({ x1, y1, x2, y2, text, ids }, state, isBroken) {
  const y = (y1 + y2) / 2 + (text ? 8 : 0);
  return shape('g', { 'data-edge': ids.join(' '), 'data-state': state, 'data-broken': String(isBroken) }, [
    shape('line', { x1, y1, x2, y2 }),
    ...(text ? [shape('text', { x: x1, y: y1 + 20, class: 'lane' }, [text])] : []),
    ...mark(x1, y, state, isBroken),
  ]);
}

/**
 * @param {(typeof BOXES)[number]} box
 * @param {State} state
 * @param {boolean} isBroken
 */
function drawBox({ x, y, width, text, ids }, state, isBroken) {
  return shape(
    'g',
    { 'data-box': text, 'data-state': ids.length > 0 ? state : 'open', 'data-broken': String(isBroken) },
    [
      shape('rect', { x, y, width, height: BOX_HEIGHT, rx: 6 }),
      shape('text', { x: x + width / 2, y: y + BOX_HEIGHT / 2 + 5, class: 'box' }, [text]),
      ...(ids.length > 0 ? mark(x + width - 20, y + BOX_HEIGHT / 2, state, isBroken) : []),
    ],
  );
}

/**
 * @param {number} x
 * @param {number} y
 * @param {State} state
 * @param {boolean} isBroken
 */
function mark(x, y, state, isBroken) {
  if (state === 'open') return [];
  return [
    ...(isBroken ? [shape('circle', { cx: x, cy: y, r: 16, class: 'ring' })] : []),
    shape('circle', { cx: x, cy: y, r: 11, class: 'mark' }),
    shape('text', { x, y: y + 5, class: 'sign' }, [MARKS[state]]),
  ];
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} [children]
 */
function shape(tag, attributes, children = []) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
