import { agentFacts } from './agent-view.js';
import { byId } from './dom.js';

/**
 * @import { Phone } from './phone.js'
 * @import { Problem } from './problem.js'
 */

/**
 * A call as an engineer wants it told. Never a token, a credential, or anything that was said.
 *
 * @param {Phone} phone
 * @param {Problem | undefined} problem
 */
export function factsOfCall(phone, problem) {
  const { call, grant } = phone;
  const { room, identity, url, expiresAt, ice } = grant ?? {};
  const agent = call?.agent;
  return {
    at: new Date().toISOString(),
    state: phone.status.state,
    problem,
    livekit: { url, room, identity, expiresAt, ice },
    setUpMs: phone.steps.facts(),
    agent: agent && { identity: agent.identity, ...agentFacts(agent.attributes) },
    connection: phone.connection?.facts(),
    iceServers: call?.iceServers(),
    answers: phone.turns.answers.list,
    lines: phone.transcript.counts,
    browser: navigator.userAgent,
  };
}

/**
 * Copies facts as JSON.
 *
 * @param {Record<string, unknown>} facts
 * @returns {Promise<boolean>} false when the browser does not let the page copy: then it is shown instead
 */
export async function copyReport(facts) {
  const text = JSON.stringify(facts, null, 2);
  byId('report-text', HTMLTextAreaElement).value = text;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    byId('report-dialog', HTMLDialogElement).showModal();
    byId('report-text', HTMLTextAreaElement).select();
    return false;
  }
}
