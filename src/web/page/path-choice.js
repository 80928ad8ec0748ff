import { serverOf } from './check/gather.js';
import { doorsOf } from './check/ice-servers.js';

/**
 * @import { Door, IceServer } from './check/ice-servers.js'
 *
 * @typedef {'any' | 'relay' | 'relay-udp' | 'relay-tcp'} PathChoice which paths media may take
 */

const ITEM = 'connection';
const CHOICES = /** @type {readonly PathChoice[]} */ (['any', 'relay', 'relay-udp', 'relay-tcp']);

/**
 * What this tab chose before.
 *
 * @returns {PathChoice}
 */
export function keptPathChoice() {
  const kept = sessionStorage.getItem(ITEM);
  return CHOICES.find((choice) => choice === kept) ?? 'any';
}

/** @param {string} value of the picker */
export function pathChoiceOf(value) {
  return CHOICES.find((choice) => choice === value) ?? 'any';
}

/** @param {PathChoice} choice */
export function keepPathChoice(choice) {
  sessionStorage.setItem(ITEM, choice);
}

/**
 * Whether a URL of LiveKit's serves a choice: TLS is over TCP.
 *
 * @param {PathChoice} choice
 */
export const isOf =
  (choice) =>
  (/** @type {Pick<Door, 'kind' | 'transport'>} */ { kind, transport }) =>
    choice === 'any' ||
    (kind === 'turn' && (choice === 'relay' || (choice === 'relay-udp') === (transport === 'udp')));

/**
 * How a call connects by such paths alone. LiveKit hands out the ICE servers only as it answers the join: its client
 * reads this when it makes its connections, before it and after it.
 *
 * @param {PathChoice} choice
 * @param {() => readonly IceServer[] | undefined} handedOut what LiveKit handed out, once it did
 * @returns {RTCConfiguration}
 */
export function rtcConfigFor(choice, handedOut) {
  if (choice === 'any') return {};
  if (choice === 'relay') return { iceTransportPolicy: 'relay' };
  return {
    iceTransportPolicy: 'relay',
    get iceServers() {
      const servers = handedOut();
      // Absent and not empty: then LiveKit's own are taken.
      return /** @type {RTCIceServer[]} */ (servers && doorsOf(servers).filter(isOf(choice)).map(serverOf));
    },
  };
}
