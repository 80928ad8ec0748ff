import { known } from './context.js';
import { explained } from './explained.js';
import { HopError } from './run.js';

/**
 * @import { AgentTold, Context } from './context.js'
 * @import { Finding, Hop } from './run.js'
 */

const NOT_ASKED = { verdict: /** @type {const} */ ('skip'), cause: 'the agent was not asked' };

/** @type {Hop<Context>} */
export const dispatch = {
  id: 'dispatch',
  proves: 'the agent joins',
  needs: ['media-echo'],
  deadlineMs: 60_000,
  async run({ net, seen, signal, withAgent }) {
    if (!withAgent) return NOT_ASKED;
    if (seen.ways.size === 0) return { verdict: 'skip', cause: 'no path to LiveKit was found' };
    const relay = known(seen.grant).ice.transport === 'relay';
    seen.agent = await explained(net.askAgent(known(seen.agentName), relay, signal));
    return judgeDispatch(seen.agent, known(seen.agentName));
  },
};

/** @type {Hop<Context>} */
export const conversation = {
  id: 'conversation',
  proves: 'the agent answers by voice',
  needs: ['dispatch'],
  async run({ seen, withAgent }) {
    if (!withAgent || !seen.agent || seen.agent.outcome === 'busy') return NOT_ASKED;
    return judgeAnswer(seen.agent);
  },
};

/**
 * @param {AgentTold} told
 * @param {string} agentName
 * @returns {Finding}
 * @throws {HopError}
 */
export function judgeDispatch({ outcome, joinedMs, message = '', hint = '' }, agentName) {
  if (outcome === 'busy')
    return {
      verdict: 'warn',
      evidence: message,
      cause: 'The agent is not asked: callers wait for it.',
      fix: 'Check again later, or give it more lines: MAX_CALLS, or more replicas.',
    };
  if (outcome !== 'absent') return { evidence: `joined after ${joinedMs} ms` };
  throw new HopError({
    evidence: message || 'no agent has joined',
    cause: 'No worker of this name is registered with this LiveKit, or none has a free line.',
    fix:
      hint ||
      `Start a worker with AGENT_NAME=${agentName}; its log says «worker registered», and /readyz why it is not ready.`,
  });
}

/**
 * @param {AgentTold} told
 * @returns {Finding}
 * @throws {HopError}
 */
export function judgeAnswer({ outcome, answeredMs, message = '', hint = '' }) {
  if (outcome === 'answered') return { evidence: `heard ${answeredMs} ms after a written question` };
  throw new HopError({
    evidence: message || 'the agent was asked, and nothing was heard of it',
    cause:
      'The agent is in the room: its models (LLM, TTS) did not answer, or answered nothing that can be spoken.',
    fix:
      hint ||
      'Run «voice-agent check» in the pod of the worker: it tries each model by itself (kubectl exec deploy/… -- node dist/main.js check).',
  });
}
