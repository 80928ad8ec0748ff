/**
 * Runs in the page before its own scripts: tells the test what a caller at this browser hears and reads. It changes
 * nothing of the page; `tellHeard` and `tellAgentState` are the test's.
 */

const PIECE_S = 0.2;

/** @param {MediaStreamTrack} track */
async function hear(track) {
  let piece = [];
  // What the browser plays, after its jitter buffer and decoder; of 48 kHz every two samples become one.
  for await (const data of new MediaStreamTrackProcessor({ track }).readable) {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    const sampleRate = data.sampleRate / 2;
    data.close();
    for (let i = 1; i < samples.length; i += 2) piece.push(toInt16((samples[i - 1] + samples[i]) / 2));
    if (piece.length < sampleRate * PIECE_S) continue;
    await tellHeard(sampleRate, base64(Int16Array.from(piece)));
    piece = [];
  }
}

/** @param {number} sample */
const toInt16 = (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);

/** @param {Int16Array} samples */
const base64 = ({ buffer }) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

const heard = new Set();
document.addEventListener(
  'play',
  ({ target: { srcObject } }) => {
    for (const track of srcObject?.getAudioTracks() ?? []) {
      if (!heard.has(track)) hear(track);
      heard.add(track);
    }
  },
  true,
);

document.addEventListener('DOMContentLoaded', () => {
  const words = document.getElementById('agent-words');
  new MutationObserver(() => tellAgentState(words.textContent)).observe(words, { childList: true });
});

/** @type {MediaStreamTrack[]} */
const microphones = [];
const devices = navigator.mediaDevices;
const open = devices?.getUserMedia.bind(devices);
if (devices) {
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    microphones.push(...stream.getTracks());
    return stream;
  };
}
/** What every microphone that was opened so far does now: `live` or `ended`. */
window.microphoneStates = () => microphones.map(({ readyState }) => readyState);
