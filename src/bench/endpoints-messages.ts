import type { Control } from '../standin/control.ts';
import type { Route } from '../standin/faults.ts';
import type { Entry } from '../standin/journal.ts';
import type { AnswerLength } from './answers.ts';
import type { Utterance } from './corpus.ts';
import type { Speeds } from './profile.ts';

/** What the bench tells the process of its simulated endpoints, each answered once. */
export type Order =
  | { do: 'listen'; speeds: Speeds; dir: string }
  /** These utterances, and no others, are being spoken now. */
  | { do: 'expect'; utterances: readonly Utterance[] }
  | { do: 'answer'; length: AnswerLength }
  | { do: 'control'; change: Control }
  /** Requests with an `id` above this. */
  | { do: 'journal'; after: number };

export interface Numbered {
  readonly id: number;
  readonly order: Order;
}

/** The answer to an order: what it asked for, or why it could not be done. */
export interface Answered {
  readonly id: number;
  readonly baseUrl?: string;
  readonly entries?: Entry<Route>[];
  readonly error?: string;
}
