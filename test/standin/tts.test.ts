import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeWav } from '../../src/openai/wav.ts';
import { bytesOf } from '../../src/standin/audio.ts';
import { fakeProgram } from './programs.ts';
import { beep } from './sounds.ts';
import { say, startBuiltIn } from './start.ts';
import { virtualClock } from './virtual-clock.ts';

const TEXT = 'Your bill is forty ringgit.';

async function bytes(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

test('pcm is raw 24 kHz samples, the same each time and the same as in the process', async () => {
  const standIn = await startBuiltIn();
  expect(standIn.engines.tts).toBe('tones');
  const response = await say(standIn, TEXT);
  expect(response.headers.get('content-type')).toBe('audio/pcm');
  const first = await bytes(response);
  expect(first.equals(await bytes(await say(standIn, TEXT)))).toBe(true);
  expect(first.equals(bytesOf(await standIn.speech(TEXT)))).toBe(true);
});

test.each([16_000, 22_050, 24_000, 48_000])(
  'WAV at %i Hz says its rate and leaves its length open',
  async (sampleRate) => {
    const standIn = await startBuiltIn({ profile: { tts: { sampleRate } } });
    const wav = await bytes(await say(standIn, TEXT, { response_format: 'wav' }));
    expect([wav.toString('latin1', 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24)]).toEqual([
      'RIFF',
      1,
      sampleRate,
    ]);
    expect([wav.readUInt32LE(4), wav.readUInt32LE(40)]).toEqual([0xffffffff, 0xffffffff]);
    expect(wav.subarray(44).equals(bytesOf(await standIn.speech(TEXT)))).toBe(true);
  },
);

test('pcm of another rate says so in its type', async () => {
  const standIn = await startBuiltIn({ profile: { tts: { sampleRate: 16_000 } } });
  expect((await say(standIn, TEXT)).headers.get('content-type')).toBe('audio/pcm;rate=16000');
});

test('the first byte and the rest come at the speed of the profile', async () => {
  const clock = virtualClock();
  const standIn = await startBuiltIn({ clock, profile: { tts: { ttfbMs: 150, realtimeFactor: 5 } } });
  const audioMs = (await bytes(await say(standIn, TEXT))).length / 48;
  expect(clock.now()).toBeGreaterThan(150 + (audioMs - 200) / 5);
  expect(clock.now()).toBeLessThan(150 + audioMs / 5);
});

test('the journal has text, voice, speed, format and the length of the answer', async () => {
  const standIn = await startBuiltIn();
  const audioMs = Math.round(
    (await bytes(await say(standIn, TEXT, { speed: 2, voice: 'nova' }))).length / 48,
  );
  expect(standIn.requests('tts')[0]?.details).toEqual({
    model: 'any',
    input: TEXT,
    voice: 'nova',
    speed: 2,
    format: 'pcm',
    sampleRate: 24_000,
    audioMs,
  });
});

test.each([
  ['empty text', ' ', {}, 'input'],
  ['text longer than OpenAI takes', 'x'.repeat(4097), {}, 'input'],
  ['a format that it does not have', TEXT, { response_format: 'mp3' }, 'response_format'],
  ['a speed out of range', TEXT, { speed: 9 }, 'speed'],
])('%s is refused with the field that is wrong', async (_, input, rest, param) => {
  const standIn = await startBuiltIn();
  const response = await say(standIn, input, rest);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
});

test('text without a letter is a short silence', async () => {
  const standIn = await startBuiltIn();
  const response = await say(standIn, '…');
  expect([response.status, (await bytes(response)).length]).toEqual([200, 0]);
});

test('espeak-ng speaks where it is there', async () => {
  const { command, folder } = await fakeProgram(
    'espeak-ng',
    '[ "$1" = --voices ] && echo " 5 en --/M English gmw/en" || exec cat "$HERE/out.wav"',
  );
  await writeFile(join(folder, 'out.wav'), encodeWav(beep({ toneMs: 500, sampleRate: 24_000 }), 24_000, 1));
  const standIn = await startBuiltIn({ programs: { espeak: [command], pocketsphinx: [] } });
  expect(standIn.engines.tts).toBe('espeak-ng');
  const heard = await bytes(await say(standIn, TEXT));
  expect(heard.equals(bytesOf(beep({ toneMs: 500, sampleRate: 24_000 })))).toBe(true);
});

test('an espeak-ng that fails is a server error', async () => {
  const { command } = await fakeProgram(
    'espeak-ng',
    '[ "$1" = --voices ] && echo " 5 en --/M English gmw/en" || exit 1',
  );
  const standIn = await startBuiltIn({ programs: { espeak: [command], pocketsphinx: [] } });
  const response = await say(standIn, TEXT);
  expect(response.status).toBe(500);
  expect(standIn.counts('tts')).toMatchObject({ failed: 1 });
});
