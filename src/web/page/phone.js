import { AgentPresence } from './agent-presence.js';
import { Call } from './call.js';
import { comeBack, isFinal, lostProblem } from './come-back.js';
import { isBrokenOff, mixedContentProblem } from './connection-problem.js';
import { clearConnection, watchConnection } from './connection-watch.js';
import { byId } from './dom.js';
import { Listening } from './listening.js';
import { loadLiveKit } from './livekit.js';
import { blockedProblem, ProblemError, problemOf, problemOfEvent } from './problem.js';
import { forgetResume, grantFor } from './resume.js';
import { isInCall, Status } from './status.js';
import { Steps } from './steps.js';
import { Transcript } from './transcript.js';
import { TurnsView } from './turns-view.js';

/**
 * @import { LocalAudioTrack } from 'livekit-client'
 * @import { Grant } from './api.js'
 * @import { Problem } from './problem.js'
 * @import { ProblemView } from './problem-view.js'
 *
 * @typedef {object} Choices
 * @property {string} agentName of the agent that calls are for; empty for any
 * @property {string} credential
 * @property {string} prompt empty for the configured one
 * @property {import('./path-choice.js').PathChoice} path that media may take
 * @property {boolean} isReturn to the call that this tab was in before
 * @property {() => Promise<LocalAudioTrack | undefined>} microphone opens it; `undefined` calls without
 */

/** Places calls, one at a time, and shows all of it. */
export class Phone {
  steps = new Steps();
  status = new Status();
  transcript = new Transcript();
  turns = new TurnsView();
  listening = new Listening(
    (waitedMs) => this.turns.heard(waitedMs),
    () => this.steps.done('voice'),
  );
  /** @type {Call | undefined} */ call;
  /** @type {Grant | undefined} */ grant;
  /** @type {ReturnType<typeof watchConnection> | undefined} */ connection;
  /** The caller's, while it is open. @type {LocalAudioTrack | undefined} */ #microphone;
  /** Counts calls, begun and ended: what belongs to an earlier one does nothing any more. */
  #attempt = 0;
  #agent;
  #problems;
  #onEnd;

  /**
   * @param {ProblemView} problems
   * @param {() => void} onEnd a call is over, however it ended
   */
  constructor(problems, onEnd) {
    this.#problems = problems;
    this.#onEnd = onEnd;
    this.#agent = new AgentPresence({ status: this.status, steps: this.steps, problems });
  }

  get isInCall() {
    return isInCall(this.status.state);
  }

  /** @param {Choices} choices */
  async start(choices) {
    this.#reset();
    if (!choices.isReturn) forgetResume();
    const isOver = this.#sinceNow();
    try {
      await this.#connect(choices);
    } catch (error) {
      const problem = problemOf(error);
      if (!isOver() && choices.isReturn && this.grant && !isFinal(problem)) await this.#comeBack(choices);
      else if (!isOver()) {
        this.#end(problem);
        await this.call?.drop();
      }
    }
    if (!this.isInCall) this.#onEnd(); // a microphone may have opened after the hang-up
  }

  /** @param {Choices} choices */
  async #connect(choices) {
    const { steps, status } = this;
    const isOver = this.#sinceNow();
    status.set('connecting');
    this.listening.start();
    steps.start('microphone');
    const track = await choices.microphone();
    if (isOver()) return;
    this.#microphone = track;
    if (track) this.listening.toCaller(track.mediaStreamTrack);
    if (track) steps.done('microphone');
    else steps.skip('microphone');
    await this.#join(choices);
  }

  /** @returns {() => boolean} whether this call, or this try, is over meanwhile */
  #sinceNow() {
    const attempt = this.#attempt;
    return () => attempt !== this.#attempt;
  }

  /**
   * From the token to the room; once more where a call broke off.
   *
   * @param {Choices} choices
   */
  async #join(choices) {
    const { agentName, credential, prompt, path } = choices;
    const { steps } = this;
    const track = this.#microphone;
    const isOver = this.#sinceNow();
    steps.start('token');
    const grant = await grantFor({ credential, prompt, microphone: track !== undefined });
    if (isOver()) return;
    this.grant = grant;
    const mixed = mixedContentProblem(location.protocol, grant.url);
    if (mixed) throw new ProblemError(mixed);
    steps.done('token');

    steps.start('livekit');
    const sdk = await loadLiveKit();
    if (isOver()) return;
    const call = new Call(sdk, agentName, this.#events(isOver, choices));
    this.call = call;
    this.connection?.stop();
    this.connection = watchConnection(call.room, () => call.iceServers());
    const isRelayed = path === 'any' && grant.ice.transport === 'relay';
    await call.join(grant, { path: isRelayed ? 'relay' : path, microphone: track });
    if (isOver()) return;
    steps.done('media');
    byId('mute', HTMLButtonElement).disabled = track === undefined;
    if (!this.#agent.isThere) this.#agent.wait(grant);
  }

  /**
   * A call that broke off: the same caller comes back to it, over a new connection.
   *
   * @param {Choices} choices
   */
  async #comeBack(choices) {
    this.#attempt += 1;
    const isOver = this.#sinceNow();
    const { url, resume } = /** @type {Grant} */ (this.grant);
    this.#agent.lose();
    this.status.set('reconnecting');
    const problem = await comeBack({
      ...{ url, withinMs: resume?.withinMs ?? 0, isOver },
      join: async () => {
        await this.call?.drop();
        await this.#join(choices);
      },
      show: (news) => this.#problems.show(news),
    });
    if (problem) this.#end(problem);
    else if (!isOver()) this.#problems.hide('reconnecting');
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
    this.#agent.reset();
    this.call = undefined;
    this.connection = undefined;
    clearConnection();
  }

  /**
   * @param {() => boolean} isOver
   * @param {Choices} choices
   * @returns {import('./call.js').CallEvents}
   */
  #events(isOver, choices) {
    const { steps, status } = this;
    const problems = this.#problems;
    return {
      signalled: () => {
        steps.done('livekit');
        steps.start('media');
      },
      words: (words) => this.transcript.show(words),
      event: (event) => {
        if (event.type === 'turn') this.turns.told(event);
        if (event.type === 'turn-goes-on') this.transcript.takeBack();
        const problem = problemOfEvent(event);
        if (problem) problems.show(problem);
      },
      agent: (attributes) =>
        this.#agent.see(attributes, { grant: this.grant, hasMicrophone: this.#microphone !== undefined }),
      agentTrack: (track) => {
        track.attach(byId('agent-audio', HTMLAudioElement));
        this.listening.toAgent(track.mediaStreamTrack);
      },
      reconnecting: (is) => {
        status.set(is ? 'reconnecting' : this.#agent.isThere ? 'in-call' : 'waiting');
        if (is) problems.show(lostProblem(0));
        else problems.hide('reconnecting');
      },
      audioBlocked: (is) => (is ? problems.show(blockedProblem) : problems.hide(blockedProblem.code)),
      ended: (problem) => {
        if (isOver()) return;
        if (isBrokenOff(problem) && this.grant?.resume) void this.#comeBack(choices);
        else this.#end(problem);
      },
    };
  }

  /** @param {Problem | undefined} problem */
  #end(problem) {
    this.#attempt += 1;
    this.#microphone = undefined;
    forgetResume();
    const isFailure = problem !== undefined && problem.level !== 'notice';
    this.#agent.lose('none');
    this.connection?.stop();
    this.listening.stop();
    this.transcript.settle();
    this.steps[isFailure ? 'fail' : 'stop']();
    byId('mute', HTMLButtonElement).disabled = true;
    this.status.set(isFailure ? 'failed' : 'ended');
    if (problem) this.#problems.show(problem);
    else this.#problems.hide();
    this.#onEnd();
  }
}
