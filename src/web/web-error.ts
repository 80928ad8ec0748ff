import { AppError, type AppErrorOptions } from '../errors.ts';

interface WebErrorOptions extends AppErrorOptions {
  /** With 429: seconds after which it is worth another try. */
  retryAfterS?: number;
}

/** A refusal with the HTTP status it is answered with; everything in it is shown to the client. */
export class WebError extends AppError {
  readonly statusCode: number;
  readonly retryAfterS: number | undefined;

  constructor(statusCode: number, message: string, { retryAfterS, ...options }: WebErrorOptions = {}) {
    super(message, options);
    this.statusCode = statusCode;
    this.retryAfterS = retryAfterS;
  }
}
