export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** One span, whole, without anything that was said. Times are milliseconds since the epoch. */
export interface Span {
  readonly name: string;
  /** Where others name it before it ends. */
  readonly spanId?: string | undefined;
  readonly parentId: string;
  /** `client`: a request to another program. */
  readonly kind?: 'client' | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes?: Attributes | undefined;
  readonly events?: readonly SpanEvent[] | undefined;
  /** What went wrong. */
  readonly error?: string | undefined;
}

export interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes?: Attributes | undefined;
}

/** Where the spans of a call go. Never throws, never waits. */
export interface SpanSink {
  put(span: Span): void;
}

/** Beside what the caller waits for, or on it: spans on the critical path of a turn follow one another, and add up to it. */
export const CRITICAL_PATH = 'voice_agent.critical_path';
