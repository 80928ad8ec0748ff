import { expect, test } from 'vitest';
import { transcribeSse } from '../../src/openai/transcription-sse.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { fakeProgram } from './programs.ts';
import { beep } from './sounds.ts';
import { say, startBuiltIn, transcribe } from './start.ts';
import { virtualClock } from './virtual-clock.ts';

const speech = encodeWav(beep({ toneMs: 2300, silenceMs: 200 }), 16_000, 1);
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const silence = encodeWav(new Int16Array(16_000), 16_000, 1);

test('without PocketSphinx it says how long the caller spoke', async () => {
  const standIn = await startBuiltIn();
  expect(standIn.engines.stt).toBe('duration');
  expect(await (await transcribe(standIn, speech)).json()).toEqual({
    text: 'I heard you speak for 2.3 seconds.',
  });
});

test('silence has no words and no segments', async () => {
  const standIn = await startBuiltIn();
  const response = await transcribe(standIn, silence, { response_format: 'verbose_json' });
  expect(await response.json()).toMatchObject({ text: '', segments: [], duration: 1 });
});

test('scripted transcripts are given once each, then the standing one, for silence too', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ stt: { answers: ['first', { text: 'second' }], always: 'third' } });
  const texts: string[] = [];
  for (let call = 0; call < 4; call += 1) {
    texts.push(await (await transcribe(standIn, silence, { response_format: 'text' })).text());
  }
  expect(texts).toEqual(['first\n', 'second\n', 'third\n', 'third\n']);
});

test('a script in the same process answers from the audio, and leaves the rest to the others', async () => {
  const standIn = await startBuiltIn();
  standIn.answerTranscription(({ samples, language }) =>
    samples.length > 20_000 ? `long ${language}` : undefined,
  );
  const long = await transcribe(standIn, speech, { language: 'ms' });
  expect(await long.json()).toEqual({ text: 'long ms' });
  expect(await (await transcribe(standIn, silence)).json()).toEqual({ text: '' });
});

test('verbose_json carries the numbers that tell a hallucination', async () => {
  const standIn = await startBuiltIn();
  const text = 'Thanks for watching!';
  standIn.control({
    stt: { answers: [{ text, noSpeechProb: 0.9, avgLogprob: -1.2, compressionRatio: 2.6 }] },
  });
  const response = await transcribe(standIn, silence, { response_format: 'verbose_json', language: 'en' });
  expect(await response.json()).toMatchObject({
    task: 'transcribe',
    language: 'en',
    duration: 1,
    text,
    segments: [
      { id: 0, start: 0, end: 1, text, no_speech_prob: 0.9, avg_logprob: -1.2, compression_ratio: 2.6 },
    ],
  });
});

test('the journal keeps what was asked and answered, not the audio', async () => {
  const standIn = await startBuiltIn();
  await transcribe(standIn, speech, { language: 'en', prompt: 'telco', model: 'whisper-1' });
  expect(standIn.requests('stt')[0]?.details).toEqual({
    model: 'whisper-1',
    format: 'json',
    stream: false,
    language: 'en',
    prompt: 'telco',
    sampleRate: 16_000,
    audioMs: 2700,
    spokenMs: 2300,
    text: 'I heard you speak for 2.3 seconds.',
  });
});

test('what PocketSphinx hears is the transcript; where it hears nothing, the length is', async () => {
  const sphinx = await fakeProgram('pocketsphinx_continuous', 'echo good morning');
  const standIn = await startBuiltIn({
    programs: { espeak: [], flite: false, pocketsphinx: [sphinx.command] },
  });
  expect(standIn.engines.stt).toBe('pocketsphinx');
  expect(await (await transcribe(standIn, speech)).json()).toEqual({ text: 'good morning' });
  const deaf = await fakeProgram('pocketsphinx_continuous', 'exit 1');
  const other = await startBuiltIn({ programs: { espeak: [], flite: false, pocketsphinx: [deaf.command] } });
  expect(await (await transcribe(other, speech)).json()).toEqual({
    text: 'I heard you speak for 2.3 seconds.',
  });
});

test('the answer waits for the latency of the profile', async () => {
  const clock = virtualClock();
  const standIn = await startBuiltIn({ clock, profile: { stt: { latencyMs: 250 } } });
  await transcribe(standIn, speech);
  expect(clock.now()).toBe(250);
});

test('a stream is a delta for each word and then the whole, read by the client of this program', async () => {
  const standIn = await startBuiltIn({ clock: virtualClock(), profile: { stt: { latencyMs: 250 } } });
  standIn.control({ stt: { always: 'My line is down.' } });
  const stream = transcribeSse({ baseUrl: standIn.baseUrl, model: 'any', wav: speech, deadlines });
  const pieces: string[] = [];
  let next = await stream.next();
  for (; next.done !== true; next = await stream.next()) pieces.push(next.value);
  expect(pieces).toEqual(['My', ' line', ' is', ' down.']);
  expect(next.value).toEqual({ text: 'My line is down.', durationMs: 3000 });
  expect(standIn.requests('stt')[0]?.details).toMatchObject({ stream: true, text: 'My line is down.' });
});

test('a stream without its end is an error for the client', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ stt: { always: 'My line' }, faults: { stt: [{ withoutDone: true }] } });
  const stream = transcribeSse({ baseUrl: standIn.baseUrl, model: 'any', wav: speech, deadlines });
  const all = async () => {
    while ((await stream.next()).done !== true);
  };
  expect(await endpointFailure(all())).toMatchObject({ failure: 'stall' });
});

test.each(['stt', 'tts'] as const)(
  'a client that leaves while it waits is counted as aborted: %s',
  async (route) => {
    const standIn = await startBuiltIn();
    standIn.control({ faults: { [route]: [{ hang: true }] } });
    const leaving = new AbortController();
    const answer =
      route === 'stt'
        ? transcribe(standIn, speech, {}, leaving.signal)
        : say(standIn, 'hi', {}, leaving.signal);
    await expect.poll(() => standIn.counts(route).pending).toBe(1);
    leaving.abort();
    await expect(answer).rejects.toThrow('aborted');
    await expect.poll(() => standIn.counts(route)).toMatchObject({ pending: 0, aborted: 1, faulted: 0 });
  },
);

test.each([
  ['no model', { model: '' }, 'model'],
  ['a format that it does not have', { response_format: 'srt' }, 'response_format'],
])('%s is refused with the field that is wrong', async (_, fields, param) => {
  const standIn = await startBuiltIn();
  const response = await transcribe(standIn, speech, fields as Record<string, string>);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
  expect(standIn.counts('stt')).toMatchObject({ refused: 1 });
});

test('a body that is no form, and a form without audio, are refused', async () => {
  const standIn = await startBuiltIn();
  const url = `${standIn.baseUrl}/audio/transcriptions`;
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(400);
  const form = new FormData();
  form.append('model', 'any');
  expect(await (await fetch(url, { method: 'POST', body: form })).json()).toMatchObject({
    error: { param: 'file' },
  });
});
