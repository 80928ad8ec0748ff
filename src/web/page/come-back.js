import { problemOf } from './problem.js';

/** @import { Problem } from './problem.js' */

/** Between two tries; the last repeats. */
const PAUSES_MS = [300, 1000];
const PROBE_MS = 3000;
/** What another try does not change. */
const FINAL = ['credential', 'not-allowed', 'resume-over', 'token-refused', 'mixed-content'];

/**
 * @typedef {object} ComeBack
 * @property {string} url LiveKit's, as browsers reach it
 * @property {number} withinMs how long it is tried
 * @property {() => boolean} isOver nobody wants to come back any more
 * @property {() => Promise<void>} join to the same room again; throws ProblemError
 * @property {(problem: Problem) => void} show called again whenever there is news
 * @property {(url: string) => Promise<boolean>} [answers]
 * @property {(ms: number) => Promise<void>} [pause]
 * @property {() => number} [now] milliseconds
 */

/**
 * Tries to come back to a call that broke off. The server of the page is asked for a token only once LiveKit answers: all
 * callers of a LiveKit that is away try at the same time.
 *
 * @param {ComeBack} parts
 * @returns {Promise<Problem | undefined>} why it was given up; nothing when it worked, or nobody wants it any more
 */
export async function comeBack(parts) {
  const { url, withinMs, isOver, join, show, answers = livekitAnswers, pause = sleep, now = clock } = parts;
  const lostMs = now();
  for (let tries = 0; !isOver(); tries += 1) {
    const triedMs = now() - lostMs;
    if (triedMs >= withinMs) return goneProblem();
    show(lostProblem(triedMs));
    await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0);
    if (isOver() || !(await answers(url)) || isOver()) continue;
    try {
      await join();
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      if (isFinal(problem)) return isOver() ? undefined : problem;
    }
  }
  return undefined;
}

/** @param {Problem} problem */
export const isFinal = ({ code }) => FINAL.includes(code);

/**
 * What a caller is shown while the way to LiveKit is lost.
 *
 * @param {number} triedMs
 * @returns {Problem}
 */
export function lostProblem(triedMs) {
  const s = Math.round(triedMs / 1000);
  return {
    code: 'reconnecting',
    title: 'The connection is lost. You are connected again as soon as that is possible.',
    ...(s >= 3 && { detail: `No answer for ${s} s; tried again every second.` }),
    hint: 'Stay on this page: the conversation goes on where it was.',
    action: 'retry',
    level: 'notice',
  };
}

/** @returns {Problem} */
function goneProblem() {
  return {
    code: 'connection-lost',
    title: 'The connection was lost and could not be restored.',
    hint: 'Check VPN and network; then call again.',
    action: 'retry',
  };
}

/**
 * Whether anything answers at LiveKit's address; what, the browser does not tell.
 *
 * @param {string} url
 * @returns {Promise<boolean>}
 */
function livekitAnswers(url) {
  const { protocol, host } = new URL(url);
  const http = protocol === 'wss:' || protocol === 'https:' ? 'https:' : 'http:';
  /** @type {RequestInit} */
  const how = { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(PROBE_MS) };
  return fetch(`${http}//${host}/`, how).then(
    () => true,
    () => false,
  );
}

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const clock = () => performance.now();
