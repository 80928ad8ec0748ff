/**
 * The same words as `voice-agent check` has: what is said here can be compared with what is said there.
 *
 * @typedef {'ok' | 'warn' | 'fail' | 'skip'} Verdict
 * @typedef {{id: string, verdict: Verdict, proves: string, evidence: string, cause: string, fix: string, ms: number}} Result
 * @typedef {{verdict?: Verdict, evidence?: string, cause?: string, fix?: string}} Finding
 */

/**
 * One hop of a call, tried from this browser.
 *
 * @template C
 * @typedef {object} Hop
 * @property {string} id stable
 * @property {string} proves what it proves when it passes, in a few words
 * @property {readonly string[]} [needs] ids of hops without which it cannot pass
 * @property {readonly string[]} [after] ids of hops that it waits for, whatever comes of them
 * @property {number} [deadlineMs]
 * @property {(context: C & {signal: AbortSignal}) => Promise<string | Finding>} run what is thrown is the failure
 */

const DEADLINE_MS = 20_000;

/** A failure that knows its cause, and what to do. */
export class HopError extends Error {
  /** @param {{evidence: string, cause?: string, fix?: string}} finding */
  constructor(finding) {
    super(finding.evidence);
    this.finding = finding;
  }
}

/**
 * Runs hops, each as soon as those before it have ended. A hop is skipped when one that it needs failed, or was itself
 * skipped for such a failure.
 *
 * @template {object} C
 * @param {readonly Hop<C>[]} hops
 * @param {C} context
 * @param {object} options
 * @param {AbortSignal} options.signal ends the run: hops that have not ended are skipped
 * @param {(id: string) => void} [options.onStart]
 * @param {(result: Result) => void} [options.onResult]
 * @param {() => number} [options.now] milliseconds
 * @returns {Promise<Result[]>} in the order of the hops
 */
export async function runHops(hops, context, options) {
  const { signal, onStart = () => {}, onResult = () => {}, now = () => performance.now() } = options;
  /** @type {Map<string, Promise<Result & {broken?: string}>>} */
  const running = new Map();
  /** @param {readonly string[]} ids */
  const ended = (ids) => Promise.all(ids.map((id) => running.get(id)));
  for (const hop of hops) {
    const { id, proves, needs = [], after = [] } = hop;
    /** @returns {Promise<Result & {broken?: string}>} */
    const one = async () => {
      const before = await ended(needs);
      await ended(after);
      const blank = { id, proves, evidence: '', cause: '', fix: '', ms: 0 };
      // The first cause: what failed, not what was skipped for it.
      const broken = before.map((result) => result?.broken).find(Boolean);
      const skipped = { ...blank, verdict: /** @type {const} */ ('skip') };
      if (broken) return { ...skipped, cause: `needs «${broken}»`, broken };
      if (signal.aborted) return { ...skipped, cause: 'the check was stopped' };
      onStart(id);
      const startedMs = now();
      const found = await runOne(hop, context, signal);
      const result = {
        ...blank,
        verdict: /** @type {Verdict} */ ('ok'),
        ...found,
        ms: Math.round(now() - startedMs),
      };
      return result.verdict === 'fail' ? { ...result, broken: proves } : result;
    };
    running.set(
      id,
      one().then((found) => {
        const { broken: _, ...result } = found;
        onResult(result);
        return found;
      }),
    );
  }
  const found = await Promise.all(running.values());
  return found.map(({ broken: _, ...result }) => result);
}

/**
 * @template {object} C
 * @param {Hop<C>} hop
 * @param {C} context
 * @param {AbortSignal} stopped
 * @returns {Promise<Finding>}
 */
async function runOne({ run, deadlineMs = DEADLINE_MS }, context, stopped) {
  // Own timer and controller: signals that are made of others may be collected before they fire.
  const ending = new AbortController();
  const stop = () => ending.abort();
  stopped.addEventListener('abort', stop);
  const timer = setTimeout(stop, deadlineMs);
  const { signal } = ending;
  /** @type {Promise<never>} */
  const over = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${deadlineMs / 1000} s`)));
  });
  try {
    const found = await Promise.race([run({ ...context, signal }), over]);
    return typeof found === 'string' ? { evidence: found } : found;
  } catch (error) {
    if (stopped.aborted) return { verdict: 'skip', cause: 'the check was stopped' };
    if (error instanceof HopError) return { verdict: 'fail', ...error.finding };
    return { verdict: 'fail', evidence: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', stop);
  }
}
