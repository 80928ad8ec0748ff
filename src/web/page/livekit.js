// The SDK is served beside the page. The path stays in a variable so that type checkers do not look for a file.
const bundle = './vendor/livekit-client.esm.mjs';

/** @type {Promise<typeof import('livekit-client')> | undefined} */
let loading;

/**
 * LiveKit's browser SDK, loaded once.
 *
 * @returns {Promise<typeof import('livekit-client')>}
 */
export function loadLiveKit() {
  loading ??= import(bundle).catch((error) => {
    loading = undefined; // another try may find the server again
    throw error;
  });
  return loading;
}
