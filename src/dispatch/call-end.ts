/** How a call ended, and what it cost. */
export interface CallEnd {
  /** Number of the process; 0 when none had it yet. */
  host: number;
  reason: string;
  /** `false`: it could not start, or a fault of our own ended it. */
  ok: boolean;
  /** It ended with its process. */
  isLost: boolean;
  /** Nobody but the worker was told of this end: the call may go on in another process. */
  broke: boolean;
  /** The connection to its room was lost for good. */
  isCutOff: boolean;
  /** Nobody wished it: its caller may come back. */
  mayComeBack?: boolean | undefined;
  durationMs: number;
  /** Its share of the process's CPU time, in equal parts with the calls beside it. */
  cpuMs: number;
}

/** The end of a call that no process had. */
export function notStarted(reason: string, ok: boolean): CallEnd {
  return { host: 0, reason, ok, isLost: false, broke: false, isCutOff: false, durationMs: 0, cpuMs: 0 };
}
