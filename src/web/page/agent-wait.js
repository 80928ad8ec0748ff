import { getAgentStatus } from './api.js';

/**
 * @import { AgentStatus, Grant } from './api.js'
 * @import { Problem } from './problem.js'
 */

const POLL_MS = 1000;
/** Most agents are there sooner; nothing is said before. */
const PATIENCE_MS = 4000;

/**
 * Tells a waiting caller what happens, from the server that sees to it.
 *
 * @param {Grant} grant
 * @param {(problem: Problem) => void} show called again whenever there is news
 * @returns {() => void} stops it
 */
export function waitForAgent(grant, show) {
  const startedMs = performance.now();
  const timer = setInterval(async () => {
    const waitedMs = performance.now() - startedMs;
    if (waitedMs < PATIENCE_MS) return;
    const status = await getAgentStatus(grant).catch(() => undefined);
    if (!isOver) show(describe(status));
  }, POLL_MS);
  let isOver = false;
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

/**
 * @param {AgentStatus | undefined} status
 * @returns {Problem}
 */
function describe(status) {
  const isHopeless = !status || status.state === 'unavailable';
  return {
    code: isHopeless ? 'no-agent' : 'agent-late',
    title: isHopeless ? 'No agent has joined.' : 'Still waiting for the agent.',
    ...(status && { detail: status.message }),
    hint: status?.hint ?? 'You are connected, and heard as soon as an agent joins.',
    ...(!isHopeless && { level: /** @type {const} */ ('notice') }),
  };
}
