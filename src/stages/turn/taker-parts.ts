import type { Clock } from '../../openai/clock.ts';
import type { SpeculationGovernor } from './governor.ts';
import type { PacketFlow } from './packet-flow.ts';
import type {
  AgentFloor,
  Echo,
  FinishedJudge,
  TurnActions,
  TurnModel,
  TurnPolicy,
  WordsState,
} from './roles.ts';
import type { TurnTranscriber } from './transcriber.ts';

/** What `TurnTaker` works with. */
export interface TurnTakerParts {
  policy: TurnPolicy;
  transcriber: TurnTranscriber;
  /** Heeded beside the words, for the languages it knows. */
  model?: TurnModel | undefined;
  /** Decides in place of words and model. */
  judge?: FinishedJudge | undefined;
  /** Whether the model that writes the answers says, before each, whether the caller has finished. */
  modelJudges?: (() => boolean) | undefined;
  governor: SpeculationGovernor;
  actions: TurnActions;
  agent: AgentFloor;
  /** Heeded while the agent speaks, and just after. */
  echo?: Echo | undefined;
  /** The agent's voice was held for as long as it may be, for speech that brought no words. */
  onHoldExpired?: (() => void) | undefined;
  /** Told of words that come late, and how that ended. `lastSoundAtMs`: since the epoch. */
  onWordsAwaited?: ((state: WordsState, lastSoundAtMs: number) => void) | undefined;
  /** Whether the caller's packets come; without it, silence is what is heard. */
  flow?: Pick<PacketFlow, 'atEnd' | 'look'> | undefined;
  clock: Clock;
  /** Wall clock for the record; durations come from `clock`. */
  wallNow: () => number;
}
