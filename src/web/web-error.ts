import { AppError, type AppErrorOptions } from '../errors.ts';

/** A refusal with the HTTP status it is answered with; everything in it is shown to the client. */
export class WebError extends AppError {
  readonly statusCode: number;

  constructor(statusCode: number, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.statusCode = statusCode;
  }
}
