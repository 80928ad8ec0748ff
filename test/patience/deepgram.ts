import { deepgramDialect } from '../../src/openai/deepgram-dialect.ts';
import type { Realtime } from '../../src/openai/realtime.ts';
import type { ServerEvent } from '../../src/openai/realtime-dialect.ts';
import type { Transcript } from '../../src/openai/transcription.ts';
import { RealtimeTranscriber } from '../../src/stages/turn/realtime-transcriber.ts';
import { TURN_SAMPLE_RATE, type TurnTranscriber } from '../../src/stages/turn/transcriber.ts';
import type { Playing } from './play.ts';

/** It answers so much of the sound by itself, without being asked. */
const OWN_S = 4;

/**
 * Deepgram's streaming protocol by a stand-in on the clock that is moved by hand: the product's transcriber and dialect, and a server that
 * answers `Finalize` with `Results` of what it has, and every four seconds of sound on its own.
 *
 * @param since - what it writes of the words from the given one on that are spoken by now, and how many words those make in all.
 * @param answerMs - from `Finalize` to `Results`.
 */
export function throughDeepgram(
  { clock, at }: Playing,
  since: (word: number) => { text: string; until: number },
  answerMs: number,
): TurnTranscriber {
  const awaited: ((transcript: Transcript) => void)[] = [];
  const tell = (event: ServerEvent | undefined) => {
    if (event?.kind === 'final') awaited.shift()?.({ text: event.text } as Transcript);
  };
  const dialect = deepgramDialect(tell);
  let [sentS, answeredS, answeredWords] = [0, 0, 0];
  const answer = (from_finalize: boolean) => {
    const { text, until } = since(answeredWords);
    const [start, duration] = [answeredS, sentS - answeredS];
    [answeredS, answeredWords] = [sentS, until];
    const channel = { alternatives: [{ transcript: text }] };
    const results = { type: 'Results', is_final: true, from_finalize, start, duration, channel };
    at(clock.now() + answerMs, () => tell(dialect.read(results)));
  };
  const realtime: Realtime = {
    hasAnswered: true,
    append(samples) {
      dialect.append(samples);
      sentS += samples.length / TURN_SAMPLE_RATE;
      if (sentS - answeredS >= OWN_S) answer(false);
    },
    commit() {
      const transcript = new Promise<Transcript>((resolve) => awaited.push(resolve));
      dialect.commit();
      answer(true);
      return transcript;
    },
    clear() {},
    close() {},
  };
  return new RealtimeTranscriber({
    realtime,
    filter: ({ text }) => ({ text }),
    whole: () => Promise.reject(new Error('no other route here')),
    late: { clock, afterMs: () => Number.POSITIVE_INFINITY, error: () => new Error('late') as never },
    onError() {},
    onRescued() {},
  });
}
