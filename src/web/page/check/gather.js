/**
 * @import { Door, IceServer } from './ice-servers.js'
 *
 * @typedef {object} Found
 * @property {'host' | 'srflx' | 'prflx' | 'relay'} type
 * @property {string} protocol
 * @property {string} address empty where the browser hides it
 * @typedef {{url: string, code: number, text: string}} GatherError
 * @typedef {{candidates: Found[], errors: GatherError[]}} Gathered
 *
 * @typedef {object} GatherOptions
 * @property {IceServer[]} iceServers
 * @property {RTCIceTransportPolicy} policy
 * @property {AbortSignal} signal
 * @property {boolean} [firstRelay] ends with the first relay candidate
 */

/** STUN servers that do not answer are given up later; nobody waits so long. */
const GATHER_MS = 8000;

/**
 * The candidates that this browser finds with these servers; nothing is connected.
 *
 * @param {GatherOptions} options
 * @returns {Promise<Gathered>}
 */
export async function gather({ iceServers, policy, signal, firstRelay = false }) {
  const peer = new RTCPeerConnection({ iceServers, iceTransportPolicy: policy });
  /** @type {Found[]} */ const candidates = [];
  /** @type {GatherError[]} */ const errors = [];
  try {
    await new Promise((resolve, reject) => {
      const over = () => resolve(undefined);
      setTimeout(over, GATHER_MS);
      signal.addEventListener('abort', over);
      peer.onicecandidate = ({ candidate }) => {
        if (!candidate) return over();
        const { type, protocol, address } = candidate;
        if (!type) return;
        candidates.push({ type, protocol: protocol ?? '', address: shown(address) });
        if (firstRelay && type === 'relay') over();
      };
      peer.onicecandidateerror = ({ url, errorCode: code, errorText: text }) =>
        errors.push({ url, code, text });
      peer.createDataChannel('check');
      peer.setLocalDescription().catch(reject);
    });
    return { candidates, errors };
  } finally {
    peer.close();
  }
}

/**
 * Browsers name addresses of this computer by random names until a microphone is allowed.
 *
 * @param {string | null} address
 */
const shown = (address) => (!address || address.endsWith('.local') ? '' : address);

/**
 * A server as browsers want it, with this URL alone.
 *
 * @param {Door} door
 * @returns {IceServer}
 */
export const serverOf = ({ url, kind, username, credential }) =>
  kind === 'turn' ? { urls: [url], username, credential } : { urls: [url] };
