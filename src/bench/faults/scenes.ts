import { everyNth, type Planned } from './plan.ts';
import type { Kind } from './servers.ts';

/** A call in which model servers fail in one way. */
export interface Scene {
  readonly name: string;
  /** For the table. */
  readonly what: string;
  /** Servers of all routes, in order. */
  readonly servers: readonly Kind[];
  /** The only server of the TTS, in place of those. */
  readonly tts?: Kind;
  /** What the first server does from before the call on. */
  readonly faults?: Planned;
  /** The same from the end of the greeting on. */
  readonly faultsInCall?: Partial<Planned>;
  /** Turns, if not as many as are asked for. */
  readonly turns?: number;
  /** The first server ends in the middle of this answer, from 0. */
  readonly endsAt?: number;
}

const HANG = { latencyMs: 30_000 };
const FEW = 8;

/** Calls of several turns, each compared with the first, in which nothing fails. */
export const SCENES: readonly Scene[] = [
  { name: 'healthy', what: 'nothing fails', servers: ['simulated'] },
  { name: 'hang', what: 'every 5th request hangs 30 s', servers: ['simulated'], faults: everyNth(5, HANG) },
  {
    name: '500',
    what: 'every 5th request answers 500',
    servers: ['simulated'],
    faults: everyNth(5, { status: 500 }),
  },
  {
    name: 'refused',
    what: 'first of two endpoints refuses connections',
    servers: ['refuses', 'simulated'],
    turns: FEW,
  },
  {
    name: 'silent',
    what: 'first of two endpoints never answers',
    servers: ['hangs', 'simulated'],
    turns: FEW,
  },
  {
    name: 'dies',
    what: 'first of two endpoints ends in an answer',
    servers: ['simulated', 'simulated'],
    turns: FEW,
    endsAt: 2,
  },
  {
    name: 'tts-refused',
    what: 'the only TTS refuses connections',
    servers: ['simulated'],
    tts: 'refuses',
    turns: 2,
  },
  { name: 'tts-silent', what: 'the only TTS never answers', servers: ['simulated'], tts: 'hangs', turns: 2 },
  {
    name: 'tts-stops',
    what: 'the only TTS stops answering after the greeting',
    servers: ['simulated'],
    faultsInCall: { tts: [{ hang: true }] },
    turns: 2,
  },
];
