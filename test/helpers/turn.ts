import { SpeculationGovernor } from '../../src/stages/turn/governor.ts';
import type { TurnPolicy } from '../../src/stages/turn/roles.ts';
import { TurnTaker } from '../../src/stages/turn/taker.ts';
import type { TurnText, TurnTranscriber } from '../../src/stages/turn/transcriber.ts';
import { manualClock } from './manual-clock.ts';

const POLICY: TurnPolicy = {
  speculateAfterMs: 100,
  minEndpointingMs: 600,
  toldEndpointingMs: 600,
  maxEndpointingMs: 1500,
  useWords: true,
  speculation: 'answer',
  bargeInAfterMs: 100,
};

/** A request to be transcribed, answered by hand. */
interface Request {
  signal: AbortSignal;
  is(text: string): Promise<void>;
  fails(): Promise<void>;
}

/** A caller and the `TurnTaker` that listens, over an agent that may be busy; `log` has what followed, in order. */
export function callerOver(
  agent: { busy?: boolean; interruptible?: boolean; ending?: boolean } = {},
  policy: Partial<TurnPolicy> = {},
) {
  const log: string[] = [];
  const clock = manualClock();
  const answers: Request[] = [];
  const governor = new SpeculationGovernor(1000);
  const transcriber: TurnTranscriber = {
    push() {},
    transcribe: (signal) =>
      new Promise<TurnText>((resolve, reject) => {
        log.push('transcribe');
        signal.addEventListener('abort', () => log.push('abort'));
        const settled = () => new Promise<void>((done) => setImmediate(done));
        answers.push({
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
      }),
    reset() {},
    close() {},
  };
  const turn = new TurnTaker({
    policy: { ...POLICY, ...policy },
    transcriber,
    governor,
    clock,
    wallNow: clock.now,
    agent: {
      isBusy: () => agent.busy ?? false,
      mayBeInterrupted: () => agent.interruptible ?? true,
      isEnding: () => agent.ending ?? false,
    },
    actions: {
      speechStarted: () => log.push('started'),
      prepare: ({ text }) => log.push(`prepare ${text}`),
      drop: () => log.push('drop'),
      turnEnded: (text) => log.push(`ended ${text?.text ?? 'with nothing'}`),
      hold: () => log.push('hold'),
      release: () => log.push('release'),
      interrupt: () => log.push('interrupt'),
    },
  });

  return {
    ...{ turn, log, clock, governor, answers },
    /** Speech in windows of 32 ms, as the detector reports it. */
    speak(durationMs: number) {
      for (let spoken = 32; spoken <= durationMs; spoken += 32) {
        clock.advance(32);
        turn.speech(spoken);
      }
    },
    last(): Request {
      const answer = answers.at(-1);
      if (!answer) throw new Error('nothing was sent to be transcribed');
      return answer;
    },
  };
}
