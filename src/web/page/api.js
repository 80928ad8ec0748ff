import { ProblemError, serverProblem } from './problem.js';

/**
 * @typedef {{agentName: string, credential: 'none' | 'wanted' | 'not-configured', livekitUrl: string}} Settings
 * @typedef {{default: string, prompts: {name: string, description: string}[]}} PromptList
 * @typedef {{url: string, token: string, room: string, identity: string, expiresAt: string,
 *   ice: {transport: 'all' | 'relay', note?: string}}} Grant
 * @typedef {'waiting-for-caller' | 'waiting' | 'asking-again' | 'joined' | 'unavailable'} AgentState
 * @typedef {{state: AgentState, attempts: number, message: string, hint?: string}} AgentStatus
 */

/**
 * @param {string} path
 * @param {string} bearer empty for none
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
async function request(path, bearer, init = {}) {
  const headers = new Headers(init.headers);
  if (bearer) headers.set('authorization', `Bearer ${bearer}`);
  const response = await fetch(path, { ...init, headers }).catch(() => undefined);
  const body = await response?.json().catch(() => undefined);
  if (!response?.ok || body === undefined) {
    throw new ProblemError(serverProblem(response?.status ?? 0, body?.error));
  }
  return body;
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
 * @param {{prompt?: string}} call
 * @returns {Promise<Grant>}
 */
export const requestToken = (credential, call) =>
  request('api/token', credential, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call),
  });

/**
 * @param {Grant} grant
 * @returns {Promise<AgentStatus>}
 */
export const getAgentStatus = ({ room, token }) =>
  request(`api/calls/${encodeURIComponent(room)}/agent`, token);
