import { HopError } from './run.js';

/**
 * @import { Settings } from '../api.js'
 * @import { Gathered, GatherOptions } from './gather.js'
 * @import { Door, IceServer } from './ice-servers.js'
 * @import { Entry, Participant } from './participant.js'
 *
 * @typedef {object} CheckGrant tokens of the participants of a check
 * @property {string} url
 * @property {string} room
 * @property {string} expiresAt
 * @property {{transport: 'all' | 'relay', note?: string}} ice
 * @property {{identity: string, token: string}[]} participants
 * @property {string[]} publicStun domains of STUN servers on the internet
 *
 * @typedef {'joined' | 'busy' | 'absent' | 'quiet' | 'answered'} AgentOutcome how far it came
 * @typedef {object} AgentTold
 * @property {AgentOutcome} outcome
 * @property {number} [joinedMs]
 * @property {number} [answeredMs] from the question to the first sound of the answer
 * @property {string} [message] what the server of the page, or the agent, says
 * @property {string} [hint]
 *
 * @typedef {object} Net what hops reach the world with
 * @property {() => Promise<Settings>} settings
 * @property {() => Promise<CheckGrant>} checkRoom
 * @property {(entry: Entry) => Promise<Participant>} enter
 * @property {(options: GatherOptions) => Promise<Gathered>} gather
 * @property {(url: string) => Promise<boolean>} httpAnswers whether anything at all answers there
 * @property {() => MediaStreamTrack} tone a sound to send
 * @property {(ms: number, signal: AbortSignal) => Promise<void>} pause
 * @property {(agentName: string, relay: boolean, signal: AbortSignal) => Promise<AgentTold>} askAgent
 * @property {() => number} now milliseconds since 1970
 *
 * @typedef {{participant: Participant, ms: number}} Joined
 * @typedef {object} Seen what hops learn and later ones use
 * @property {string} [agentName]
 * @property {CheckGrant} [grant]
 * @property {Participant} [echo] joins by any path, as a call does, and sends back what the others send
 * @property {IceServer[]} [iceServers]
 * @property {Door[]} [doors]
 * @property {Map<string, Joined>} ways that media takes, by name
 * @property {AgentTold} [agent]
 *
 * @typedef {{net: Net, seen: Seen, page: {protocol: string, hostname: string}, withAgent: boolean}} Context
 */

/**
 * What an earlier hop has learned.
 *
 * @template T
 * @param {T | undefined} value
 * @returns {T}
 */
export function known(value) {
  if (value === undefined)
    throw new HopError({ evidence: 'an earlier hop did not tell what this one needs' });
  return value;
}
