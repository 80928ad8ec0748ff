import { awaitAgent, showAgent, showAgentState } from './agent-view.js';
import { waitForAgent } from './agent-wait.js';
import { leftProblem, silentCallerProblem } from './problem.js';

/**
 * @import { Grant } from './api.js'
 * @import { ProblemView } from './problem-view.js'
 * @import { Status } from './status.js'
 * @import { Steps } from './steps.js'
 */

/** Whether the agent is in the call, and what the caller is told while it is not. */
export class AgentPresence {
  isThere = false;
  /** @type {() => void} */ #stopWaiting = () => {};
  #status;
  #steps;
  #problems;

  /** @param {{status: Status, steps: Steps, problems: ProblemView}} parts */
  constructor({ status, steps, problems }) {
    this.#status = status;
    this.#steps = steps;
    this.#problems = problems;
  }

  /** A new call: nothing is known of its agent yet. */
  reset() {
    this.lose();
    awaitAgent();
  }

  /**
   * The way to it is lost, or nobody waits for it any more.
   *
   * @param {'waiting' | 'none'} shown
   */
  lose(shown = 'waiting') {
    this.#stopWaiting();
    this.isThere = false;
    showAgentState(shown);
  }

  /**
   * The caller is in the room, the agent is not.
   *
   * @param {Grant} grant
   */
  wait(grant) {
    this.#stopWaiting();
    this.#status.set('waiting');
    this.#steps.start('agent');
    this.#stopWaiting = waitForAgent(grant, (problem) => this.#problems.show(problem));
  }

  /**
   * @param {Record<string, string> | undefined} attributes of the agent; none when it is not there
   * @param {{grant: Grant | undefined, hasMicrophone: boolean}} call
   */
  see(attributes, { grant, hasMicrophone }) {
    if (attributes && !this.isThere) this.#came(hasMicrophone);
    if (!attributes && this.isThere) this.#left(grant);
    showAgent(attributes);
  }

  /** @param {boolean} hasMicrophone */
  #came(hasMicrophone) {
    this.isThere = true;
    this.#stopWaiting();
    this.#problems.hide('no-agent', 'agent-late', 'agent-left');
    if (!hasMicrophone) this.#problems.show(silentCallerProblem);
    this.#steps.done('agent');
    this.#steps.start('voice');
    this.#status.set('in-call');
  }

  /** @param {Grant | undefined} grant */
  #left(grant) {
    this.isThere = false;
    showAgentState('left');
    this.#problems.show(leftProblem);
    if (grant) this.wait(grant);
  }
}
