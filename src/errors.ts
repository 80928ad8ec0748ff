/** The small family of errors that the program reports to people. Everything else is a bug. */

export interface AppErrorOptions {
  /** What the reader can do about it, one sentence. */
  hint?: string;
  cause?: unknown;
}

/** Base of all expected failures: names the thing, the value, and (hint) the fix. */
export class AppError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

export interface ConfigProblem {
  /** Name of the setting as the user writes it, e.g. `STT_BASE_URL`. */
  key: string;
  /** What was found, already redacted; `(not set)` when missing. */
  got: string;
  /** What is wanted, and how to get it. */
  want: string;
}

/** Every fault of the configuration at once. Ends the process with `EX_CONFIG` (78). */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ key, got, want }) => `  ${key}: got ${got}; want ${want}`);
    super(
      `${problems.length === 1 ? 'One setting is' : `${problems.length} settings are`} wrong:\n${lines.join('\n')}`,
      {
        hint: 'set them in the environment or in .env; the README lists every setting',
      },
    );
    this.problems = problems;
  }
}

/** Which remote call failed. */
export type EndpointName = 'stt' | 'llm' | 'tts' | 'models' | 'livekit';

export type EndpointFailure =
  | 'connect' // refused, unresolvable, TLS, or no connection within the deadline
  | 'first-byte' // connected, but no answer within the deadline
  | 'stall' // the answer stopped arriving
  | 'status' // an HTTP status other than 2xx
  | 'invalid' // an answer that cannot be what was asked for
  | 'aborted'; // cancelled by us: never retried, never counted

export interface EndpointErrorOptions extends AppErrorOptions {
  endpoint: EndpointName;
  /** Without query string or credentials. */
  url: string;
  failure: EndpointFailure;
  /** HTTP status, with `failure: 'status'`. */
  status?: number;
  /** What the server gave as its reason, without any word of the request: fit for the log. */
  reason?: string;
  /** Of an answer that is `invalid`: the next one may be right. */
  isPassing?: boolean;
}

const RETRYABLE_STATUSES = new Set([408, 409, 425, 429]);

/** A model endpoint (or the SFU's API) that did not do its part. `retryable` follows from the cause. */
export class EndpointError extends AppError {
  readonly endpoint: EndpointName;
  readonly url: string;
  readonly failure: EndpointFailure;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly reason: string | undefined;
  /** What failed, without anything that the server said. */
  readonly summary: string;

  constructor(message: string, options: EndpointErrorOptions) {
    super(`${options.endpoint} ${options.url}: ${message}`, options);
    this.endpoint = options.endpoint;
    this.url = options.url;
    this.failure = options.failure;
    this.status = options.status;
    this.reason = options.reason;
    this.summary = `${options.endpoint} ${options.url}: ${[options.failure, options.status].filter(Boolean).join(' ')}`;
    this.retryable =
      options.failure === 'connect' ||
      options.failure === 'first-byte' ||
      options.failure === 'stall' ||
      options.isPassing === true ||
      (options.failure === 'status' &&
        options.status !== undefined &&
        (options.status >= 500 || RETRYABLE_STATUSES.has(options.status)));
  }
}

export type TurnFailure =
  | 'resolve' // the host's name has no address
  | 'connect' // refused, unreachable, TLS, or cut
  | 'timeout' // no answer that counts within the deadline
  | 'garbled' // an answer that is not, or cannot be, a TURN server's to us
  | 'credentials' // an error code that says that ours are wrong
  | 'status'; // any other error code

export interface TurnErrorOptions extends AppErrorOptions {
  failure: TurnFailure;
  /** With `credentials` and `status`, such as 486. */
  code?: number;
}

/** A TURN server that gave no allocation. */
export class TurnError extends AppError {
  readonly failure: TurnFailure;
  readonly code: number | undefined;

  constructor(message: string, options: TurnErrorOptions) {
    super(message, options);
    this.failure = options.failure;
    this.code = options.code;
  }
}

/** A prompt file that cannot be used; `message` starts with `file:line`. */
export class PersonaError extends AppError {
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, problem: string, options: AppErrorOptions = {}) {
    super(`${file}:${line}: ${problem}`, options);
    this.file = file;
    this.line = line;
  }
}

/** The `code` of anything that was thrown, such as `ENOENT` of the file system or `not_found` of LiveKit's API; '' when it has none. */
export function codeOf(thrown: unknown): string {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The message of anything that was thrown, `Error` or not. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
