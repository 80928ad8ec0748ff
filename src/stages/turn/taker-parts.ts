import type { Clock } from '../../openai/clock.ts';
import type { SpeculationGovernor } from './governor.ts';
import type { AgentFloor, TurnActions, TurnModel, TurnPolicy } from './roles.ts';
import type { TurnTranscriber } from './transcriber.ts';

/** What `TurnTaker` works with. */
export interface TurnTakerParts {
  policy: TurnPolicy;
  transcriber: TurnTranscriber;
  /** Heeded beside the words, for the languages it knows. */
  model?: TurnModel | undefined;
  governor: SpeculationGovernor;
  actions: TurnActions;
  agent: AgentFloor;
  clock: Clock;
  /** Wall clock for the record; durations come from `clock`. */
  wallNow: () => number;
}
