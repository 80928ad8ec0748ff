import { ProblemError, serverProblem } from './problem.js';

// The SDK is served beside the page. The path stays in a variable so that type checkers do not look for a file.
const bundle = './vendor/livekit-client.esm.mjs';

// The SDK names what it sends by these, and browsers make them on secure pages only.
crypto.randomUUID ??= () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** @type {Promise<typeof import('livekit-client')> | undefined} */
let loading;

/**
 * LiveKit's browser SDK, loaded once.
 *
 * @throws {ProblemError} when the server does not answer
 * @returns {Promise<typeof import('livekit-client')>}
 */
export function loadLiveKit() {
  loading ??= import(bundle).catch(() => {
    loading = undefined; // another try may find the server again
    throw new ProblemError(serverProblem(0, undefined));
  });
  return loading;
}
