import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What every object has; what is in spec and status is its reader's to know. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: T;
}

/** A refusal by the API server, in its own words. */
export class ApiError extends Error {
  /** HTTP's. */
  readonly status: number;
  /** Such as `AlreadyExists`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** @throws ApiError for every answer that is not a success. */
export async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const body = await text(response);
  const status = response.statusCode ?? 0;
  if (status < 300) return body.startsWith('{') ? JSON.parse(body) : body;
  const { reason = '', message = body } = body.startsWith('{') ? JSON.parse(body) : {};
  throw new ApiError(status, reason, message);
}
