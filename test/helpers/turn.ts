import { SpeculationGovernor } from '../../src/stages/turn/governor.ts';
import type { Echo, TurnEndPrediction, TurnPolicy } from '../../src/stages/turn/roles.ts';
import { TurnTaker } from '../../src/stages/turn/taker.ts';
import type { TurnText, TurnTranscriber } from '../../src/stages/turn/transcriber.ts';
import { manualClock } from './manual-clock.ts';

const POLICY: TurnPolicy = {
  speculateAfterMs: 100,
  patientAfterMs: 200,
  minEndpointingMs: 600,
  statementEndpointingMs: 600,
  unsureEndpointingMs: 950,
  maxEndpointingMs: 1500,
  useWords: true,
  speculation: 'answer',
  bargeInAfterMs: 100,
  bargeInHoldMs: 2000,
  maxTurnMs: 60_000,
};

const WINDOW_MS = 32;

/** A request to be transcribed, answered by hand. */
interface Request {
  signal: AbortSignal;
  is(text: string): Promise<void>;
  fails(): Promise<void>;
}

/**
 * A caller and the `TurnTaker` that listens, over an agent that may be busy; `log` has what followed, in order. Where
 * with `hasModel` a turn model predicts their ends, by `predictions`.
 */
export function callerOver(
  agent: {
    busy?: boolean;
    interruptible?: boolean;
    ending?: boolean;
    /** Its first sound, on the clock. */
    voicedAt?: number | undefined;
    hasModel?: boolean;
    /** Whether the chat model says of each turn whether it is finished. */
    modelJudges?: boolean;
    /** What is judged of each pause and end. */
    judged?: number;
    /** What was heard of the answer that is cut off. */
    inChat?: Promise<void>;
    /** What is heard is the agent's own voice. */
    echo?: Echo;
    /** Whether the caller's packets come. */
    flow?: { packets: 'here' | 'missing' | 'back' };
  } = {},
  policy: Partial<TurnPolicy> = {},
) {
  const log: string[] = [];
  /** What is told of words that come late. */
  const words: string[] = [];
  const clock = manualClock();
  const answers: Request[] = [];
  const peeks: Request[] = [];
  let silentMs = 0;
  const governor = new SpeculationGovernor(1000);
  /** A request that the test answers. */
  const asked = (
    name: string,
    requests: Request[],
    signal: AbortSignal,
    onAbort: (reject: (error: unknown) => void) => void,
  ) => {
    log.push(name);
    return new Promise<TurnText>((resolve, reject) => {
      signal.addEventListener('abort', () => onAbort(reject));
      requests.push({
        signal,
        is(text) {
          resolve({ text });
          return settled();
        },
        fails() {
          reject(new Error('refused'));
          return settled();
        },
      });
    });
  };
  const transcriber: TurnTranscriber = {
    push() {},
    transcribe: (signal) => asked('transcribe', answers, signal, () => log.push('abort')),
    peek: (signal) => asked('peek', peeks, signal, (reject) => reject(signal.reason)),
    reset() {},
    close() {},
  };
  const settled = () => new Promise<void>((done) => setImmediate(done));
  const predictions: ((isOver: boolean) => Promise<void>)[] = [];
  const predict = () =>
    new Promise<TurnEndPrediction>((resolve) => {
      predictions.push((isOver) => {
        resolve(() => isOver);
        return settled();
      });
    });
  const turn = new TurnTaker({
    policy: { ...POLICY, ...policy },
    transcriber,
    model: agent.hasModel ? { push() {}, reset() {}, close() {}, predict } : undefined,
    judge: agent.judged === undefined ? undefined : { push() {}, reset() {}, judge: () => agent.judged ?? 0 },
    modelJudges: () => agent.modelJudges ?? false,
    governor,
    echo: agent.echo && {
      isHeard: () => agent.echo?.isHeard() ?? false,
      was: (text, lastedMs) => agent.echo?.was(text, lastedMs) ?? false,
    },
    flow: agent.flow && {
      atEnd: () => agent.flow?.packets ?? 'here',
      look: async () => log.push('look') > 0,
    },
    onWordsAwaited: (state, lastSoundAtMs) => words.push(`${state}, last sound at ${lastSoundAtMs}`),
    clock,
    wallNow: clock.now,
    onHoldExpired: () => log.push('hold expired'),
    agent: {
      isBusy: () => agent.busy ?? false,
      mayBeInterrupted: () => agent.interruptible ?? true,
      isEnding: () => agent.ending ?? false,
      get voicedForMs() {
        return agent.voicedAt === undefined ? undefined : clock.now() - agent.voicedAt;
      },
    },
    actions: {
      speechStarted: () => log.push('started'),
      prepare: ({ text }) => log.push(`prepare ${text}`),
      drop: () => log.push('drop'),
      turnEnded: (text, { wasCut }) =>
        log.push(`${wasCut ? 'cut' : 'ended'} ${text?.text ?? 'with nothing'}`),
      hold: () => log.push('hold'),
      release: () => log.push('release'),
      takeBack({ text }) {
        log.push(`take back ${text}`);
        return agent.inChat ?? Promise.resolve();
      },
      interrupt: () => {
        log.push('interrupt');
        return agent.inChat ?? Promise.resolve();
      },
    },
  });

  return {
    ...{ turn, log, words, clock, governor, answers, peeks, predictions },
    /** Speech in windows of 32 ms, as the detector reports it; `beforeMs` of it went before without a pause. */
    speak(durationMs: number, beforeMs = 0) {
      silentMs = 0;
      for (let spoken = WINDOW_MS; spoken <= durationMs; spoken += WINDOW_MS) {
        clock.advance(WINDOW_MS);
        turn.speech(beforeMs + spoken);
      }
    },
    /** Silence, the same way. */
    quiet(durationMs: number) {
      for (const until = silentMs + durationMs; silentMs < until; ) {
        const stepMs = Math.min(WINDOW_MS - (silentMs % WINDOW_MS), until - silentMs);
        clock.advance(stepMs);
        silentMs += stepMs;
        if (silentMs % WINDOW_MS === 0) turn.silence(silentMs);
      }
    },
    last(): Request {
      const answer = answers.at(-1);
      if (!answer) throw new Error('nothing was sent to be transcribed');
      return answer;
    },
  };
}
