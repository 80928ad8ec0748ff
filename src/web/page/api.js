import { ProblemError, serverProblem } from './problem.js';

/**
 * @typedef {{agentName: string, credential: 'none' | 'wanted' | 'not-configured', livekitUrl: string}} Settings
 * @typedef {{default: string, prompts: {name: string, description: string}[]}} PromptList
 * @typedef {{url: string, token: string, room: string, identity: string, expiresAt: string,
 *   ice: {transport: 'all' | 'relay', note?: string}, notice?: string,
 *   resume?: {key: string, withinMs: number}}} Grant
 * @typedef {'waiting-for-caller' | 'waiting' | 'asking-again' | 'busy' | 'joined' | 'unavailable'} AgentState
 * @typedef {{state: AgentState, attempts: number, message: string, hint?: string}} AgentStatus
 */

/**
 * @param {string} path
 * @param {string} bearer empty for none
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
async function request(path, bearer, init = {}) {
  const response = await send(path, bearer, init);
  const body = await response?.json().catch(() => undefined);
  if (!response?.ok || body === undefined) {
    throw new ProblemError(serverProblem(response?.status ?? 0, body?.error));
  }
  return body;
}

/**
 * @param {string} path
 * @param {string} bearer empty for none
 * @param {RequestInit} init
 * @returns {Promise<Response | undefined>} `undefined` when nothing answered
 */
function send(path, bearer, init) {
  const headers = new Headers(init.headers);
  if (bearer) headers.set('authorization', `Bearer ${bearer}`);
  return fetch(path, { ...init, headers }).catch(() => undefined);
}

/** @returns {Promise<Settings>} */
export const getSettings = () => request('api/config', '');

/**
 * @param {string} credential
 * @returns {Promise<PromptList>}
 */
export const getPrompts = (credential) => request('api/prompts', credential);

/**
 * @param {string} credential
 * @param {{prompt?: string, resumable?: boolean, resumeKey?: string, check?: boolean}} call
 * @returns {Promise<Grant>}
 */
export const requestToken = (credential, call) =>
  request('api/token', credential, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call),
  });

/**
 * What runs in all workers, for an operator.
 *
 * @param {string} credential
 * @returns {Promise<{workers: import('./operate/workers-view.js').AskedWorker[]}>}
 */
export const getWorkers = (credential) => request('api/workers', credential);

/**
 * A token to listen to a running call, unseen.
 *
 * @param {string} credential an operator's
 * @param {string} call its id
 * @returns {Promise<Grant>}
 */
export const requestListening = (credential, call) =>
  request('api/listen', credential, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ call }),
  });

/**
 * Tokens for a check of the connection.
 *
 * @param {string} credential
 * @returns {Promise<import('./check/context.js').CheckGrant>}
 */
export const postCheck = (credential) => request('api/check', credential, { method: 'POST' });

/**
 * Where the wait for an agent stands.
 *
 * @param {Grant} grant
 * @returns {Promise<AgentStatus>}
 */
export const agentStatus = ({ room, token }) => request(`api/calls/${encodeURIComponent(room)}/agent`, token);

/**
 * Follows the wait for an agent: one request, whose answer goes on.
 *
 * @param {Grant} grant
 * @param {(status: AgentStatus) => void} show called for each change
 * @param {AbortSignal} signal ends it
 * @returns {Promise<void>} when the server, or what lies between, ended it
 * @throws {ProblemError} when it cannot be followed
 */
export async function followAgent({ room, token }, show, signal) {
  const headers = { accept: 'text/event-stream' };
  const path = `api/calls/${encodeURIComponent(room)}/agent`;
  const response = await send(path, token, { headers, signal });
  if (!response?.ok || !response.body)
    throw new ProblemError(serverProblem(response?.status ?? 0, undefined));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) if (event.startsWith('data: ')) show(JSON.parse(event.slice(6)));
  }
}
