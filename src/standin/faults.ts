import { z } from 'zod';

/** `stt` is each transcript, over HTTP or WebSocket; `realtime` is each WebSocket. */
export const ROUTES = ['stt', 'llm', 'tts', 'models', 'realtime'] as const;
export type Route = (typeof ROUTES)[number];

/** What goes wrong with a request. Fields combine: `{latencyMs: 300, cutAfterBytes: 1000}` is late, then cut. */
export const faultSchema = z.strictObject({
  /** Answers with this status and an error body like OpenAI's. */
  status: z.int().min(300).max(599).optional(),
  /** Sent as `Retry-After` along with `status`. */
  retryAfterS: z.number().min(0).optional(),
  /** Waits before anything else. */
  latencyMs: z.number().min(0).optional(),
  /** Reads the request and never answers. */
  hang: z.boolean().optional(),
  /** Answers 200 with an HTML page, like a proxy's login form. */
  garbage: z.boolean().optional(),
  /** Breaks the connection after so many bytes of the body. */
  cutAfterBytes: z.int().min(0).optional(),
  /** Breaks a WebSocket after so much audio. */
  cutAfterAudioMs: z.number().min(0).optional(),
  /** Falls silent after so many bytes of the body, connection open. */
  stallAfterBytes: z.int().min(0).optional(),
  /** Ends a chat stream without `data: [DONE]`, as some servers do; a transcript's without its `done` event. */
  withoutDone: z.boolean().optional(),
  /** Replaces the `Content-Type` of the answer. */
  contentType: z.string().optional(),
  /** Only the next so many requests; left out, every request until the faults are cleared. */
  times: z.int().min(1).optional(),
});
export type Fault = z.output<typeof faultSchema>;

/** The faults to come, by route, in order: each request takes the first one. */
export class FaultPlan {
  readonly #planned = new Map<Route, { fault: Fault; left: number }[]>();

  /** Replaces what was planned for `route`; `[]` heals it. */
  set(route: Route, faults: readonly Fault[]): void {
    this.#planned.set(
      route,
      faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })),
    );
  }

  /** The fault of the request that arrives now; `undefined` for a healthy one. */
  take(route: Route): Fault | undefined {
    const queue = this.#planned.get(route) ?? [];
    const first = queue[0];
    if (!first) return undefined;
    first.left -= 1;
    if (first.left === 0) queue.shift();
    return first.fault;
  }

  /** What is still to come; `times` counts down. */
  pending(): Partial<Record<Route, Fault[]>> {
    const entries = [...this.#planned].map(([route, queue]) => [
      route,
      queue.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : fault)),
    ]);
    return Object.fromEntries(entries);
  }

  clear(): void {
    this.#planned.clear();
  }
}
