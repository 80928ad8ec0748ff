import type { Verdict } from '../check.ts';

/** One thing that is said of a file. */
export interface Remark {
  /** `fail`: the server does not start with it, or Kubernetes refuses it, or callers hear nothing. */
  verdict: Extract<Verdict, 'warn' | 'fail'>;
  /** From 1. */
  line: number;
  /** Where in the file, such as `rtc.turn_servers[0].port`. */
  key: string;
  /** What happens. */
  happens: string;
  /** What to write, a line a thing. */
  fix: string;
}
