import { followAgent } from './api.js';

/**
 * @import { AgentStatus, Grant } from './api.js'
 * @import { Problem } from './problem.js'
 */

/** Most agents are there sooner; nothing is said before. */
const PATIENCE_MS = 4000;
/** Gateways end long answers, Envoy by default after 15 s: then it is asked again. */
const AGAIN_MS = 3000;

/**
 * Tells a waiting caller what happens, from the server that sees to it.
 *
 * @param {Grant} grant
 * @param {(problem: Problem) => void} show called again whenever there is news
 * @returns {() => void} stops it
 */
export function waitForAgent(grant, show) {
  const stop = new AbortController();
  const { signal } = stop;
  /** @type {ReturnType<typeof setTimeout>} */ let timer;
  const follow = async () => {
    try {
      await followAgent(grant, (status) => signal.aborted || show(waitProblem(status)), signal);
    } catch {
      if (!signal.aborted) show(waitProblem(undefined));
    }
    if (!signal.aborted) timer = setTimeout(follow, AGAIN_MS);
  };
  if (grant.notice)
    show({ code: 'agent-late', title: 'All lines are busy.', hint: grant.notice, level: 'notice' });
  timer = setTimeout(follow, PATIENCE_MS);
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

/**
 * What a waiting caller is shown.
 *
 * @param {AgentStatus | undefined} status `undefined` when the server does not tell
 * @returns {Problem}
 */
export function waitProblem(status) {
  const isHopeless = !status || status.state === 'unavailable';
  return {
    code: isHopeless ? 'no-agent' : 'agent-late',
    title: titleOf(status, isHopeless),
    ...(status && { detail: status.message }),
    hint: status?.hint ?? 'You are connected, and heard as soon as an agent joins.',
    ...(!isHopeless && { level: /** @type {const} */ ('notice') }),
  };
}

/**
 * @param {AgentStatus | undefined} status
 * @param {boolean} isHopeless
 */
function titleOf(status, isHopeless) {
  if (status?.state === 'busy') return 'All lines are busy.';
  return isHopeless ? 'No agent has joined.' : 'Still waiting for the agent.';
}
