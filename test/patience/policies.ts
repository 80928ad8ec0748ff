import { setImmediate as nextTurn } from 'node:timers/promises';
import { LearnedJudge } from '../../src/stages/turn/completeness/learned-judge.ts';
import type { TurnEndPrediction, TurnModel, TurnPolicy } from '../../src/stages/turn/roles.ts';
import { loadTurnModel } from '../bench/turn-model.ts';
import { configFrom } from '../helpers/config.ts';
import type { Heard } from './hearing.ts';
import type { Player, Playing } from './play.ts';

/** From the question to the turn model's prediction. */
const MODEL_MS = 40;

/** As the schema has them. */
export const today: TurnPolicy = { ...configFrom().turn, useWords: true };
const silence = (ms: number): TurnPolicy => ({
  ...today,
  useWords: false,
  minEndpointingMs: ms,
  statementEndpointingMs: ms,
});

/** What is compared. */
export function policies(): Map<string, Player> {
  return new Map<string, Player>([
    ['words as before', { policy: today, endsInSound: true }],
    ['words', { policy: today }],
    ['silence 900', { policy: silence(900) }],
    ['learned', shipped()],
    ['learned with Deepgram', { ...shipped(), stt: 'deepgram' }],
    ['words with Deepgram', { policy: today, stt: 'deepgram' }],
    ['turn model alone', { policy: { ...today, useWords: false }, model: onDevice() }],
    ['words and turn model', { policy: today, model: onDevice() }],
    ['words and turn model (ms read as id)', { policy: today, model: onDevice({ ms: 'id' }) }],
  ]);
}

/** The waits that a policy is tried with, for its curve. */
export const SCALES = [0.85, 1, 1.1, 1.2, 1.35] as const;

export function scaled({ policy, ...player }: Player, by: number): Player {
  const { minEndpointingMs, statementEndpointingMs, unsureEndpointingMs, maxEndpointingMs } = policy;
  return {
    ...player,
    policy: {
      ...policy,
      minEndpointingMs: minEndpointingMs * by,
      statementEndpointingMs: statementEndpointingMs * by,
      unsureEndpointingMs: unsureEndpointingMs * by,
      maxEndpointingMs: maxEndpointingMs * by,
    },
  };
}

let turnModel: ReturnType<typeof loadTurnModel> | undefined;

const predicted = new WeakMap<Heard, Map<number, Promise<TurnEndPrediction>>>();

/** The framework's v1-mini; what it predicts of a moment of an utterance is remembered. */
function onDevice(readAs: Readonly<Record<string, string>> = {}) {
  return (heard: Heard, { clock, at }: Playing): TurnModel => {
    turnModel ??= loadTurnModel();
    const model = turnModel.hearing(heard.samples, clock.now);
    const known = predicted.get(heard) ?? new Map<number, Promise<TurnEndPrediction>>();
    predicted.set(heard, known);
    return {
      ...model,
      predict() {
        const prediction = known.get(clock.now()) ?? model.predict();
        known.set(clock.now(), prediction);
        return new Promise((resolve) =>
          at(clock.now() + MODEL_MS, async () => {
            const told = await prediction;
            resolve((language = '') => told(readAs[language] ?? language));
            await nextTurn();
          }),
        );
      },
    };
  };
}

/** What ships: what a worker without settings does. */
export const shipped = (): Player => ({ policy: today, judge: () => new LearnedJudge() });

/** The default with other values of `ENDPOINTING_STATEMENT_MS`: what it trades for what. */
export const waits = (): Map<string, Player> =>
  new Map(
    [660, 720, 780, 850, 900].map((ms) => [
      `ENDPOINTING_STATEMENT_MS=${ms}`,
      { ...shipped(), policy: { ...today, statementEndpointingMs: ms } },
    ]),
  );
