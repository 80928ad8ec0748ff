import { getSettings, postCheck } from '../api.js';
import { loadLiveKit } from '../livekit.js';
import { askAgent } from './ask-agent.js';
import { gather } from './gather.js';
import { Participant } from './participant.js';
import { pause } from './pause.js';
import { HopError } from './run.js';

/**
 * @import { Net } from './context.js'
 */

const HTTP_WITHIN_MS = 4000;
/** Of the sound that is sent: nobody hears it. */
const TONE_HZ = 440;

/**
 * What hops reach the world with, and what ends all of it.
 *
 * @param {object} options
 * @param {string} options.credential of the page
 * @param {string} options.prompt empty for the configured one
 * @param {AudioContext} options.audio opened by a click: browsers want one
 * @returns {Net & {close: () => Promise<void>}}
 */
export function openNet({ credential, prompt, audio }) {
  /** @type {Participant[]} */ const entered = [];
  return {
    settings: getSettings,
    checkRoom: () => postCheck(credential),
    async enter(entry) {
      const participant = new Participant(await loadLiveKit(), entry);
      entered.push(participant);
      return participant;
    },
    gather,
    httpAnswers,
    tone: () => toneOf(audio),
    pause,
    askAgent: (agentName, relay, signal) => askAgent({ agentName, credential, prompt, relay, audio, signal }),
    now: () => Date.now(),
    async close() {
      await Promise.all(entered.map((participant) => participant.leave()));
      await audio.close();
    },
  };
}

/**
 * Whether anything answers there. What it answers is hidden from pages of other hosts.
 *
 * @param {string} url
 */
const httpAnswers = (url) =>
  fetch(url, { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(HTTP_WITHIN_MS) }).then(
    () => true,
    () => false,
  );

/** @param {AudioContext} audio */
function toneOf(audio) {
  const oscillator = new OscillatorNode(audio, { frequency: TONE_HZ });
  const destination = audio.createMediaStreamDestination();
  oscillator.connect(destination);
  oscillator.start();
  const [track] = destination.stream.getAudioTracks();
  if (!track) throw new HopError({ evidence: 'this browser makes no sound tracks' });
  return track;
}
