import { isRecord } from './agent-event.js';
import { byId, showFacts } from './dom.js';

/** What `lk.agent.state` means for a caller. */
const STATES = {
  none: 'Not in a call',
  waiting: 'Not here yet',
  left: 'Has left',
  initializing: 'Getting ready',
  listening: 'Listening',
  thinking: 'Thinking',
  speaking: 'Speaking',
};

/** @typedef {keyof typeof STATES} State */

/** @param {State} state */
export function showAgentState(state) {
  const box = byId('agent-state', HTMLDivElement);
  if (box.dataset.state === state) return;
  box.dataset.state = state;
  byId('agent-words', HTMLParagraphElement).textContent = STATES[state];
}

/** A new call: nothing is known of its agent yet. */
export function awaitAgent() {
  showAgentState('waiting');
  showFacts(byId('agent-facts', HTMLDListElement), []);
}

/**
 * The agent's own account of itself.
 *
 * @param {Record<string, string>} attributes
 * @returns {{prompt: string, promptHash: string, models: Record<string, string>}}
 */
export function agentFacts(attributes) {
  return {
    prompt: attributes['voice-agent.prompt'] ?? '',
    promptHash: attributes['voice-agent.prompt.hash'] ?? '',
    models: parseModels(attributes['voice-agent.models']),
  };
}

const MOST_MODELS = 10;

/**
 * @param {string | undefined} json
 * @returns {Record<string, string>}
 */
function parseModels(json) {
  /** @type {Record<string, string>} */
  const models = {};
  try {
    const told = JSON.parse(json ?? '{}');
    for (const [stage, name] of Object.entries(isRecord(told) ? told : {}).slice(0, MOST_MODELS)) {
      if (typeof name === 'string') models[stage] = name;
    }
  } catch {
    // An agent of another kind.
  }
  return models;
}

/** @param {Record<string, string> | undefined} attributes */
export function showAgent(attributes) {
  if (!attributes) return;
  const state = attributes['lk.agent.state'] ?? 'initializing';
  showAgentState(Object.hasOwn(STATES, state) ? /** @type {State} */ (state) : 'initializing');
  const { prompt, promptHash, models } = agentFacts(attributes);
  showFacts(byId('agent-facts', HTMLDListElement), [
    ['Prompt', [prompt, promptHash].filter(Boolean).join(' · ')],
    ...Object.entries(models).map(([stage, model]) => modelFact(stage, model)),
  ]);
}

/**
 * Nobody should take a stand-in's answers for a model's.
 *
 * @param {string} stage
 * @param {string} model
 * @returns {readonly [string, string, string]}
 */
function modelFact(stage, model) {
  return [stage.toUpperCase(), model, /stand-?in/i.test(model) ? 'stand-in' : ''];
}
