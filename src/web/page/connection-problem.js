import { doorsOf } from './check/ice-servers.js';
import { isOf } from './path-choice.js';
import { textOf } from './problem.js';

/**
 * @import { PathChoice } from './path-choice.js'
 * @import { Problem } from './problem.js'
 */

/**
 * @typedef {object} Attempt how far the way to LiveKit was gone
 * @property {string} url
 * @property {boolean} signalled the server answered the join
 * @property {string} pageHost where the page was opened
 * @property {PathChoice} path that was tried
 * @property {readonly string[]} iceServers URLs that LiveKit handed out
 */

/**
 * Why LiveKit could not be joined. Signalling and media fail for different reasons, so they are told apart.
 *
 * @param {unknown} error as `Room.connect` rejects
 * @param {Attempt} attempt
 * @returns {Problem}
 */
export function connectProblem(error, { url, pageHost, signalled, path, iceServers }) {
  const { status, reasonName } = /** @type {{status?: number, reasonName?: string}} */ (error ?? {});
  const detail = textOf(error);
  if (status === 401 || status === 403 || reasonName === 'NotAllowed') {
    return {
      code: 'token-refused',
      title: 'LiveKit refused the token.',
      detail,
      hint: "Check that this page's server and LiveKit have the same API key and secret, and that their clocks agree.",
      action: 'retry',
    };
  }
  if (signalled) return mediaProblem(detail, path, iceServers);
  return {
    code: 'livekit-unreachable',
    title: `LiveKit does not answer at ${url}.`,
    detail,
    hint:
      isLoopback(new URL(url).hostname) && !isLoopback(pageHost)
        ? 'That address is your own computer. Set LIVEKIT_PUBLIC_URL to the one at which browsers reach LiveKit.'
        : 'Check VPN and network, that LiveKit runs, and that LIVEKIT_PUBLIC_URL is an address that this browser can reach.',
    action: 'retry',
  };
}

/** @param {string} host */
const isLoopback = (host) => ['localhost', '127.0.0.1', '[::1]'].includes(host);

/**
 * @param {string} detail
 * @param {PathChoice} path
 * @param {readonly string[]} iceServers
 * @returns {Problem}
 */
function mediaProblem(detail, path, iceServers) {
  const turn = doorsOf([{ urls: [...iceServers] }]).filter(({ kind }) => kind === 'turn');
  const tried = turn.filter(isOf(path)).map(({ url }) => url);
  const hint =
    turn.length === 0
      ? 'LiveKit handed out no TURN server, so only direct paths exist: open its UDP ports to this network, or set rtc.turn_servers.'
      : tried.length === 0
        ? 'LiveKit handed out no TURN server of the chosen connection: choose another under Connection.'
        : `${path === 'any' ? 'Neither LiveKit’s own ports nor a relay' : 'No relay'} could be reached: open one of these to this network, ${tried.join(', ')}.`;
  return {
    code: 'no-media-path',
    title: 'LiveKit answers, but no media path to it was found.',
    detail,
    hint: `${hint} “Check my connection” says which of them is reached.`,
    action: 'retry',
  };
}

/**
 * A page served over https may not talk to ws://.
 *
 * @param {string} pageProtocol such as `https:`
 * @param {string} url
 * @returns {Problem | undefined}
 */
export function mixedContentProblem(pageProtocol, url) {
  const { protocol, hostname } = new URL(url);
  const isPlain = protocol === 'ws:' || protocol === 'http:';
  if (pageProtocol !== 'https:' || !isPlain || isLoopback(hostname)) return undefined;
  return {
    code: 'mixed-content',
    title: 'A page served over https cannot reach LiveKit over an unencrypted address.',
    detail: `LiveKit's address is ${url}.`,
    hint: 'Set LIVEKIT_PUBLIC_URL to its wss:// address.',
  };
}

/**
 * Whether a call that ended so broke off: its caller wants it back.
 *
 * @param {Problem | undefined} problem
 */
export const isBrokenOff = (problem) =>
  problem?.code === 'connection-lost' || problem?.code === 'livekit-stopped';

/** Ends that are nobody's fault. @type {Record<string, string>} */
const ENDINGS = {
  idle: 'The agent hung up: it heard nobody for a while.',
  'max-duration': 'The agent hung up: the call reached its longest length.',
  'caller not heard': 'The agent hung up: a fault on its side kept it from hearing you.',
  'hang-up': 'The call ended.',
};

/**
 * Why the call ended without being asked to here; `undefined` when it ended as it should.
 *
 * @param {string | undefined} reason name of LiveKit's DisconnectReason
 * @param {string | undefined} ending what the agent said before, of `voice-agent.event`
 * @returns {Problem | undefined}
 */
export function endProblem(reason, ending) {
  if (reason === 'CLIENT_INITIATED') return undefined;
  if (reason === 'ROOM_DELETED' || reason === 'ROOM_CLOSED' || ending) {
    const known = ENDINGS[ending ?? 'hang-up'];
    return { code: 'ended-by-agent', title: known ?? `The agent hung up: ${ending}.`, level: 'notice' };
  }
  const retry = /** @type {const} */ ('retry');
  switch (reason) {
    case 'DUPLICATE_IDENTITY':
      return { code: 'duplicate', title: 'The same caller joined from elsewhere.', action: retry };
    case 'PARTICIPANT_REMOVED':
      return { code: 'removed', title: 'You were removed from the room.', action: retry };
    case 'SERVER_SHUTDOWN':
      return {
        code: 'livekit-stopped',
        title: 'LiveKit was stopped.',
        hint: 'Call again soon.',
        action: retry,
      };
    default:
      return {
        code: 'connection-lost',
        title: 'The connection was lost and could not be restored.',
        detail: reason ? `LiveKit's reason: ${reason}.` : '',
        hint: 'Check VPN and network; then call again.',
        action: retry,
      };
  }
}
