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
    if (!isOver) show(describe(status, Math.round(waitedMs / 1000)));
  }, POLL_MS);
  let isOver = false;
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

/**
 * @param {AgentStatus | undefined} status
 * @param {number} waitedS
 * @returns {Problem}
 */
function describe(status, waitedS) {
  const isHopeless = !status || status.state === 'unavailable';
  return {
    code: isHopeless ? 'no-agent' : 'agent-late',
    title: isHopeless
      ? `No agent has joined after ${waitedS} s.`
      : `Still waiting for the agent (${waitedS} s).`,
    ...(status && { detail: status.message }),
    hint: status?.hint ?? 'You are connected, and heard as soon as an agent joins.',
    ...(!isHopeless && { level: /** @type {const} */ ('notice') }),
  };
}
