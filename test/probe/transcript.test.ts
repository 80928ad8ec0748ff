import { expect, test } from 'vitest';
import { readTranscript, type TextStream, type Transcript } from '../../src/probe/transcript.ts';

function stream(
  segmentId: string,
  chunks: readonly string[],
  { final = false, broken = false } = {},
): TextStream {
  return {
    info: {
      streamId: 'stream',
      attributes: { 'lk.segment_id': segmentId, 'lk.transcription_final': String(final) },
    },
    async *[Symbol.asyncIterator]() {
      yield* chunks;
      if (broken) throw new Error('Disconnected while receiving');
    },
  };
}

function collector(identity: string, growing: boolean) {
  const transcripts: Transcript[] = [];
  let changes = 0;
  const onChange = () => {
    changes += 1;
  };
  return { transcripts, changes: () => changes, options: { identity, growing, transcripts, onChange } };
}

test("an agent's words grow in one stream and are final at its end", async () => {
  const { transcripts, changes, options } = collector('agent', true);
  await readTranscript(stream('s1', ['Your bill ', 'is paid.']), options);
  expect(transcripts).toMatchObject([
    { segmentId: 's1', identity: 'agent', text: 'Your bill is paid.', final: true },
  ]);
  expect(changes()).toBe(3);
});

test("a caller's words are replaced by each version and final in the one marked so", async () => {
  const { transcripts, options } = collector('caller', false);
  await readTranscript(stream('s1', ['is my']), options);
  expect(transcripts).toMatchObject([{ text: 'is my', final: false }]);
  await readTranscript(stream('s1', ['Is my plan active?'], { final: true }), options);
  expect(transcripts).toMatchObject([{ text: 'Is my plan active?', final: true }]);
});

test('segments keep the order in which they began', async () => {
  const { transcripts, options } = collector('caller', false);
  await readTranscript(stream('a', ['one']), options);
  await readTranscript(stream('b', ['two']), options);
  await readTranscript(stream('a', ['One.'], { final: true }), options);
  expect(transcripts.map(({ text }) => text)).toEqual(['One.', 'two']);
});

test('a room that closes in the middle leaves what was read', async () => {
  const { transcripts, options } = collector('agent', true);
  await readTranscript(stream('s1', ['Good'], { broken: true }), options);
  expect(transcripts).toMatchObject([{ text: 'Good' }]);
});
