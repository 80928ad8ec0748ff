/**
 * What went wrong, in words, and what to do about it.
 *
 * @typedef {object} Problem
 * @property {string} code stable name, for tests and reports
 * @property {string} title what happened
 * @property {string} [detail] what is known about it
 * @property {string} [hint] what to do
 * @property {'retry' | 'without-microphone' | 'start-audio'} [action] what the page can do
 * @property {'notice'} [level] the call goes on
 */

/** Carries a Problem through code that throws. */
export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/**
 * What an error says. LiveKit quotes a token that it refuses: tokens are cut out, as problems end up in reports.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function textOf(error) {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(/eyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '(token)');
}

/**
 * Anything thrown, as a Problem.
 *
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: 'page',
    title: 'The page failed.',
    detail: textOf(error),
    hint: 'Reload it. If that does not help, copy the report below and pass it on.',
    action: 'retry',
  };
}

/**
 * Why this page cannot use a microphone at all, if so. Browsers give it only to secure pages.
 *
 * @param {{hostname: string, port: string}} page where it was opened
 * @param {boolean} canRecord
 * @returns {Problem | undefined}
 */
export function insecureProblem({ hostname: host, port }, canRecord) {
  if (canRecord) return undefined;
  const forward = `ssh -L ${port || '80'}:localhost:${port || '80'} ${host}`;
  return {
    code: 'insecure-context',
    title: 'This browser gives the microphone only to secure pages.',
    detail: `The page was opened as http://${host}, which is neither https nor localhost.`,
    hint: `Serve it over https, or open it as localhost through a tunnel: ${forward}`,
    action: 'without-microphone',
  };
}

/**
 * Why the microphone did not open.
 *
 * @param {unknown} error as `getUserMedia` rejects
 * @returns {Problem}
 */
export function microphoneProblem(error) {
  const name = error instanceof Error ? error.name : '';
  const action = /** @type {const} */ ('without-microphone');
  const detail = textOf(error);
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return {
        code: 'microphone-denied',
        title: 'The microphone is not allowed.',
        detail: 'You or your browser said no to this page.',
        hint: 'Allow it in the site settings beside the address, and in the privacy settings of your system; then call again.',
        action,
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return {
        code: 'microphone-missing',
        title: 'No microphone was found.',
        detail: name === 'OverconstrainedError' ? 'The chosen one is gone.' : 'This computer reports none.',
        hint: 'Connect one, or choose another under Microphone; then call again.',
        action,
      };
    case 'NotReadableError':
    case 'AbortError':
      return {
        code: 'microphone-busy',
        title: 'The microphone cannot be opened.',
        detail,
        hint: 'Close other programs that use it, or reconnect it; then call again.',
        action,
      };
    default:
      return {
        code: 'microphone',
        title: 'The microphone failed.',
        detail,
        hint: 'Try another one.',
        action,
      };
  }
}

/** @type {Problem} */
export const blockedProblem = {
  code: 'audio-blocked',
  title: 'The browser keeps the agent silent until you click.',
  action: 'start-audio',
};

/**
 * What the agent tells of itself, where it is nothing good.
 *
 * @param {import('./agent-event.js').AgentEvent} event
 * @returns {Problem | undefined}
 */
export function problemOfEvent(event) {
  if (event.type === 'notice') return { code: 'agent-notice', title: event.message, level: 'notice' };
  if (event.type !== 'error') return undefined;
  const { type, message: title, ...rest } = event;
  return { code: 'agent-fault', title, ...rest, level: 'notice' };
}

/** A call without a microphone, once there is somebody to write to. @type {Problem} */
export const silentCallerProblem = {
  code: 'no-microphone',
  title: 'The agent does not hear you: this call has no microphone.',
  hint: 'Write to it below; it answers by voice.',
  level: 'notice',
};

/** An agent that is gone while its caller is still there. @type {Problem} */
export const leftProblem = {
  code: 'agent-left',
  title: 'The agent has left the call.',
  hint: 'It is called back. If it happens again, the log of the worker says why.',
  action: 'retry',
  level: 'notice',
};

/**
 * A request to this page's own server that did not work.
 *
 * @param {number} status HTTP status; 0 when nothing answered
 * @param {{message?: string, hint?: string} | undefined} error as the server explains it
 * @returns {Problem}
 */
export function serverProblem(status, error) {
  if (status === 0) {
    return {
      code: 'server-unreachable',
      title: 'The server of this page does not answer.',
      hint: 'Check that it still runs, and that VPN or network are up; then call again.',
      action: 'retry',
    };
  }
  if (!error) {
    return {
      code: 'server',
      title: `What answered (${status}) is not the server of this page.`,
      hint: 'Perhaps a proxy or a VPN log-in page stands in between: reload the page to see it.',
      action: 'retry',
    };
  }
  /** @type {Record<number, string>} */
  const codes = { 401: 'credential', 403: 'not-allowed', 410: 'resume-over', 429: 'rate-limit' };
  return {
    code: codes[status] ?? 'server',
    title: error.message ?? `The server answered ${status}.`,
    ...(error.hint && { hint: error.hint }),
    action: 'retry',
  };
}
