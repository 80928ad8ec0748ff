import { microphoneProblem, ProblemError } from './problem.js';

/** @import { LocalAudioTrack } from 'livekit-client' */

/**
 * Opens a microphone, asking for permission where that was not given yet.
 *
 * @param {typeof import('livekit-client')} sdk
 * @param {string} deviceId empty for the default one
 * @returns {Promise<LocalAudioTrack>}
 * @throws {ProblemError}
 */
export async function openMicrophone(sdk, deviceId) {
  try {
    return await sdk.createLocalAudioTrack({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(deviceId && { deviceId: { exact: deviceId } }),
    });
  } catch (error) {
    throw new ProblemError(microphoneProblem(error));
  }
}

/**
 * Fills the picker. Browsers tell no names before permission was given; then only the default is offered.
 *
 * @param {HTMLSelectElement} picker
 */
export async function listMicrophones(picker) {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const named = devices.filter(({ kind, label, deviceId }) => {
    return kind === 'audioinput' && label && deviceId !== 'default' && deviceId !== 'communications';
  });
  const chosen = picker.value;
  picker.replaceChildren(
    new Option('Default microphone', ''),
    ...named.map(({ label, deviceId }) => new Option(label, deviceId)),
  );
  picker.value = named.some(({ deviceId }) => deviceId === chosen) ? chosen : '';
}
