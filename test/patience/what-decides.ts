import { configFrom } from '../helpers/config.ts';
import { callerOver } from '../helpers/turn.ts';

/** One row of the table: settings and endpoints. */
export interface Row {
  env?: Record<string, string>;
  /** From the pause to its transcript, in place of 200 ms. */
  sttMs?: number;
  /** Endpoints whose answers took so long lately that they are only asked for what is needed. */
  slow?: string;
  /** What the turn model, the learned judge, the chat model say. */
  soundsOver?: boolean;
  seems?: number;
  isFinished?: boolean;
}

/** What decides in each setting: the rows of the table in `src/stages/README.md`. */
export const ROWS: Readonly<Record<string, Row>> = {
  '`TURN_DETECTION=words`, `SPECULATION=answer`': {},
  'an STT of 80 ms': { sttMs: 80 },
  'an STT of 2000 ms, slower than all silences': { sttMs: 2000 },
  'an STT slow on average (1600 ms)': { slow: 'stt', sttMs: 1600 },
  'an LLM or TTS slow on average': { slow: 'llm' },
  '`SPECULATION=transcript`': { env: { SPECULATION: 'transcript' } },
  '`SPECULATION=off`': { env: { SPECULATION: 'off' } },
  '`TURN_DETECTION=vad`': { env: { TURN_DETECTION: 'vad' } },
  '`model`, it sounds over': { env: { TURN_DETECTION: 'model' }, soundsOver: true },
  '`model`, it sounds as if to go on': { env: { TURN_DETECTION: 'model' }, soundsOver: false },
  '`learned`, seems surely finished': { env: { TURN_DETECTION: 'learned' }, seems: 1 },
  '`learned`, cannot be told': { env: { TURN_DETECTION: 'learned' }, seems: 0.03 },
  '`learned`, seems to go on': { env: { TURN_DETECTION: 'learned' }, seems: 0 },
  '`LLM_JUDGES_TURNS`, the mark says finished': { isFinished: true },
  'it says not finished': { isFinished: false },
  'it says not finished, and the LLM is slow': { isFinished: false, slow: 'llm' },
};
export const SAID = ['What is my balance?', 'My contract ends in May.', 'I would like to'];

/** From the transcript to the mark, and to the first sound of the answer. */
const [MARK_MS, ANSWER_MS] = [200, 370];
const MODEL_MS = 40;
const STEP_MS = 2;

/** The silence after which a turn with these words ends, in ms. */
export async function silenceOf(said: string, row: Row): Promise<number> {
  const { turn: policy } = configFrom({ TURN_DETECTION: 'words', ...row.env });
  const call = callerOver(
    {
      hasModel: row.soundsOver !== undefined,
      ...(row.seems !== undefined && { judged: row.seems }),
      modelJudges: row.isFinished !== undefined,
    },
    { ...policy, useWords: policy.detection !== 'vad' },
  );
  if (row.slow) call.governor.answered(row.slow, policy.speculationSlowMs);
  const due: { at: number; run: () => unknown }[] = [];
  const seen = new Set<string>();
  const once = (name: string, isNow: boolean, then: [ms: number, run: () => unknown][]) => {
    if (!isNow || seen.has(name)) return;
    seen.add(name);
    for (const [ms, run] of then) due.push({ at: call.clock.now() + ms, run });
  };
  call.speak(960);
  for (let silentMs = STEP_MS; silentMs < 5000; silentMs += STEP_MS) {
    call.quiet(STEP_MS);
    once('transcribe', call.answers.length > 0, [[row.sttMs ?? 200, () => call.last().is(said)]]);
    once('predict', call.predictions.length > 0, [
      [MODEL_MS, () => call.predictions[0]?.(row.soundsOver ?? true)],
    ]);
    once('prepare', call.log.includes(`prepare ${said}`), [
      [MARK_MS, () => row.isFinished !== undefined && call.turn.judged(row.isFinished)],
      [ANSWER_MS, () => call.turn.answerReady()],
    ]);
    while (due.some(({ at }) => at <= call.clock.now()))
      await due
        .splice(
          due.findIndex(({ at }) => at <= call.clock.now()),
          1,
        )[0]
        ?.run();
    if (call.log.at(-1)?.startsWith('ended')) return silentMs;
  }
  throw new Error(`no end: ${call.log.join(', ')}`);
}
