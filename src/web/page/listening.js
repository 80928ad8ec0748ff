import { AnswerClock } from './answer-clock.js';
import { byId } from './dom.js';
import { Ear } from './ear.js';
import { Trace } from './trace.js';
import { seconds } from './turn-row.js';

const STEP_MS = 50;
/** Loudness that counts as speech: −40 dB for a microphone in a room, less for the agent's clean line. */
const CALLER_SPEAKS = 0.33;
const AGENT_SPEAKS = 0.2;

/** Listens to both sides: level meter, trace, and the wait for each answer. */
export class Listening {
  /** @type {AudioContext | undefined} */ #context;
  /** @type {Ear | undefined} */ #caller;
  /** @type {Ear | undefined} */ #agent;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  #clock = new AnswerClock();
  #trace = new Trace(byId('trace', HTMLCanvasElement));
  #meter = byId('level', HTMLMeterElement);
  #onAnswer;
  #onAgentHeard;
  #isMuted = false;

  /**
   * @param {(waitedMs: number) => void} onAnswer an answer started
   * @param {() => void} onAgentHeard the agent makes a sound
   */
  constructor(onAnswer, onAgentHeard) {
    this.#onAnswer = onAnswer;
    this.#onAgentHeard = onAgentHeard;
  }

  /** Must come from a click: browsers start no audio before. */
  start() {
    this.#context ??= new AudioContext();
    this.#timer ??= setInterval(() => this.#step(), STEP_MS);
    void this.#context.resume(); // stays pending until a click, so nobody waits for it
  }

  /** A new call: a clean sheet. */
  reset() {
    this.#clock = new AnswerClock();
    this.#trace.clear();
    this.toAgent(undefined);
    this.#isMuted = false;
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.toCaller(undefined);
    this.toAgent(undefined);
    this.#meter.value = 0;
  }

  /** @param {MediaStreamTrack | undefined} track */
  toCaller(track) {
    this.#caller?.close();
    this.#caller = track && this.#context && new Ear(this.#context, track);
  }

  /** @param {MediaStreamTrack | undefined} track */
  toAgent(track) {
    this.#agent?.close();
    this.#agent = track && this.#context && new Ear(this.#context, track);
  }

  /** @param {boolean} isMuted */
  mute(isMuted) {
    this.#isMuted = isMuted;
  }

  /** The caller wrote: the wait for the answer starts now. */
  wrote() {
    this.#clock.wrote(performance.now());
  }

  #step() {
    const ms = performance.now();
    const caller = this.#isMuted ? 0 : (this.#caller?.read() ?? 0);
    const agent = this.#agent?.read() ?? 0;
    this.#meter.value = caller;
    if (agent > AGENT_SPEAKS) this.#onAgentHeard();
    const waitedMs = this.#clock.hear(ms, caller > CALLER_SPEAKS, agent > AGENT_SPEAKS);
    if (waitedMs !== undefined) {
      this.#trace.mark({ fromMs: ms - waitedMs, toMs: ms, text: seconds(waitedMs) });
      this.#onAnswer(waitedMs);
    }
    this.#trace.push({ ms, caller, agent });
  }
}
