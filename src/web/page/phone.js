import { awaitAgent, showAgent, showAgentState } from './agent-view.js';
import { waitForAgent } from './agent-wait.js';
import { requestToken } from './api.js';
import { Call } from './call.js';
import { mixedContentProblem } from './connection-problem.js';
import { clearConnection, watchConnection } from './connection-watch.js';
import { byId } from './dom.js';
import { Listening } from './listening.js';
import { loadLiveKit } from './livekit.js';
import { ProblemError, problemOf } from './problem.js';
import { isInCall, Status } from './status.js';
import { Steps } from './steps.js';
import { Transcript } from './transcript.js';
import { seconds } from './turn-row.js';
import { TurnsView } from './turns-view.js';

/**
 * @import { LocalAudioTrack } from 'livekit-client'
 * @import { AgentEvent } from './agent-event.js'
 * @import { Grant } from './api.js'
 * @import { Problem } from './problem.js'
 * @import { ProblemView } from './problem-view.js'
 *
 * @typedef {object} Choices
 * @property {string} agentName of the agent that calls are for; empty for any
 * @property {string} credential
 * @property {string} prompt empty for the configured one
 * @property {boolean} relay
 * @property {() => Promise<LocalAudioTrack | undefined>} microphone opens it; `undefined` calls without
 */

/** Places calls, one at a time, and shows all of it. */
export class Phone {
  steps = new Steps();
  status = new Status();
  transcript = new Transcript();
  turns = new TurnsView();
  listening = new Listening(
    (waitedMs) => this.#heardAnswer(waitedMs),
    () => this.steps.done('voice'),
  );
  /** @type {Call | undefined} */ call;
  /** @type {Grant | undefined} */ grant;
  /** @type {ReturnType<typeof watchConnection> | undefined} */ connection;
  /** @type {() => void} */ #stopWaiting = () => {};
  #hasAgent = false;
  /** Counts calls, begun and ended: what belongs to an earlier one does nothing any more. */
  #attempt = 0;
  #problems;
  #onEnd;

  /**
   * @param {ProblemView} problems
   * @param {() => void} onEnd a call is over, however it ended
   */
  constructor(problems, onEnd) {
    this.#problems = problems;
    this.#onEnd = onEnd;
  }

  get isInCall() {
    return isInCall(this.status.state);
  }

  /** @param {Choices} choices */
  async start(choices) {
    this.#reset();
    const attempt = this.#attempt;
    try {
      await this.#connect(choices);
    } catch (error) {
      if (attempt === this.#attempt) {
        this.#end(problemOf(error));
        await this.call?.room.disconnect();
      }
    }
    if (!this.isInCall) this.#onEnd(); // a microphone may have opened after the hang-up
  }

  /** @param {Choices} choices */
  async #connect({ agentName, credential, prompt, relay, microphone }) {
    const { steps, status } = this;
    const attempt = this.#attempt;
    const isOver = () => attempt !== this.#attempt; // hung up meanwhile
    status.set('connecting');
    this.listening.start();
    steps.start('microphone');
    const track = await microphone();
    if (isOver()) return;
    if (track) steps.done('microphone');
    else steps.skip('microphone');
    if (track) this.listening.toCaller(track.mediaStreamTrack);

    steps.start('token');
    const grant = await requestToken(credential, prompt ? { prompt } : {});
    if (isOver()) return;
    this.grant = grant;
    const mixed = mixedContentProblem(location.protocol, grant.url);
    if (mixed) throw new ProblemError(mixed);
    steps.done('token');

    steps.start('livekit');
    const sdk = await loadLiveKit();
    if (isOver()) return;
    const call = new Call(sdk, agentName, this.#events(isOver));
    this.call = call;
    this.connection = watchConnection(call.room, () => call.iceServers());
    await call.join(grant, { relay: relay || grant.ice.transport === 'relay', microphone: track });
    if (isOver()) return;
    steps.done('media');
    byId('mute', HTMLButtonElement).disabled = track === undefined;
    if (!this.#hasAgent) this.#waitForAgent(grant);
  }

  async hangUp() {
    const { call } = this;
    this.#end(undefined);
    await call?.hangUp();
  }

  /** @param {string} text */
  async say(text) {
    this.listening.wrote();
    await this.call?.say(text);
    this.transcript.wrote(text);
  }

  /** @param {boolean} isMuted */
  async mute(isMuted) {
    this.listening.mute(isMuted);
    await this.call?.mute(isMuted);
  }

  #reset() {
    this.#attempt += 1;
    this.#problems.hide();
    this.steps.reset();
    this.transcript.clear();
    this.turns.clear();
    this.listening.reset();
    this.#hasAgent = false;
    this.call = undefined;
    this.connection = undefined;
    clearConnection();
    awaitAgent();
    byId('answered', HTMLParagraphElement).textContent = '';
  }

  /**
   * @param {() => boolean} isOver
   * @returns {import('./call.js').CallEvents}
   */
  #events(isOver) {
    const { steps, status } = this;
    return {
      signalled: () => {
        steps.done('livekit');
        steps.start('media');
      },
      words: (words) => this.transcript.show(words),
      event: (event) => this.#tell(event),
      agent: (attributes) => this.#seeAgent(attributes),
      agentTrack: (track) => {
        track.attach(byId('agent-audio', HTMLAudioElement));
        this.listening.toAgent(track.mediaStreamTrack);
      },
      reconnecting: (is) => status.set(is ? 'reconnecting' : this.#hasAgent ? 'in-call' : 'waiting'),
      audioBlocked: (is) => this.#tellBlocked(is),
      ended: (problem) => {
        if (!isOver()) this.#end(problem);
      },
    };
  }

  /** @param {Grant} grant */
  #waitForAgent(grant) {
    this.status.set('waiting');
    this.steps.start('agent');
    this.#stopWaiting = waitForAgent(grant, (problem) => this.#problems.show(problem));
  }

  /** @param {Record<string, string> | undefined} attributes */
  #seeAgent(attributes) {
    if (attributes && !this.#hasAgent) {
      this.#hasAgent = true;
      this.#stopWaiting();
      this.#problems.hide('no-agent', 'agent-late', 'agent-left');
      this.steps.done('agent');
      this.steps.start('voice');
      this.status.set('in-call');
    }
    if (!attributes && this.#hasAgent) {
      this.#hasAgent = false;
      showAgentState('left');
      const hint = 'If it happens again, the log of the worker says why.';
      this.#problems.show({
        code: 'agent-left',
        title: 'The agent has left the call.',
        hint,
        action: 'retry',
      });
    }
    showAgent(attributes);
  }

  /** @param {AgentEvent} event */
  #tell(event) {
    if (event.type === 'turn') this.turns.told(event);
    if (event.type === 'notice') {
      this.#problems.show({ code: 'agent-notice', title: event.message, level: 'notice' });
    }
    if (event.type !== 'error') return;
    const { type, message: title, ...rest } = event;
    this.#problems.show({ code: 'agent-fault', title, ...rest, level: 'notice' });
  }

  /** @param {boolean} isBlocked */
  #tellBlocked(isBlocked) {
    if (!isBlocked) return this.#problems.hide('audio-blocked');
    const title = 'The browser keeps the agent silent until you click.';
    this.#problems.show({ code: 'audio-blocked', title, action: 'start-audio' });
  }

  /** @param {number} waitedMs */
  #heardAnswer(waitedMs) {
    this.turns.heard(waitedMs);
    byId('answered', HTMLParagraphElement).textContent = `answered in ${seconds(waitedMs)}`;
  }

  /** @param {Problem | undefined} problem */
  #end(problem) {
    this.#attempt += 1;
    const isFailure = problem !== undefined && problem.level !== 'notice';
    this.#stopWaiting();
    this.connection?.stop();
    this.listening.stop();
    this.transcript.settle();
    if (isFailure) this.steps.fail();
    else this.steps.stop();
    byId('mute', HTMLButtonElement).disabled = true;
    showAgentState('none');
    this.status.set(isFailure ? 'failed' : 'ended');
    if (problem) this.#problems.show(problem);
    else this.#problems.hide();
    this.#onEnd();
  }
}
