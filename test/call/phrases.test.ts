import type { ReadableStream } from 'node:stream/web';
import { initializeLogger, type voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPhrases, fixedPhrases } from '../../src/call/phrases.ts';
import { TONE } from '../../src/call/tone.ts';
import type { Persona } from '../../src/persona/persona.ts';
import { renderPersona } from '../../src/persona/render.ts';
import { createStreamingTts } from '../../src/stages/tts.ts';
import { configFrom } from '../helpers/config.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const template: Persona = {
  name: 'a',
  description: 'a',
  allowInterruptions: true,
  greeting: { text: 'Hi {{name | there}}!' },
  goodbye: 'Bye.',
  stillThere: 'Still there, {{name}}?',
  apology: 'Sorry.',
  fillers: ['Wait.', 'Hm, {{name}}.'],
  resumed: 'Back.',
  here: 'Here.',
  unheard: 'Muted.',
  transferring: '-',
  transferFailed: '-',
  transferWaiting: '-',
  transferAccept: '-',
  transferStay: '-',
  onFailure: 'continue',
  instructions: '-',
  variables: {},
  hash: '0123456789ab',
  file: 'prompts/a.md',
};
const fixedFor = (values: Record<string, string>) =>
  fixedPhrases(renderPersona(template, {}), renderPersona(template, values));

test('phrases that are the same for every caller are fixed, a greeting with its default name too', () => {
  expect(fixedFor({})).toEqual([
    'Sorry.',
    'Wait.',
    'Hm, .',
    'Back.',
    'Here.',
    'Bye.',
    'Still there, ?',
    'Muted.',
    'Hi there!',
  ]);
});

test('what holds something of the caller is not', () => {
  expect(fixedFor({ name: 'Aisyah' })).toEqual(['Sorry.', 'Wait.', 'Back.', 'Here.', 'Bye.', 'Muted.']);
});

describe('the sound of a phrase', () => {
  const ROUTE = 'POST /v1/audio/speech';
  const server = useEndpointServer();
  const SOUND = new Int16Array(2400).fill(9);
  beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

  /** A call's phrases; `heard` resolves with what is said. */
  function call() {
    const config = configFrom({ TTS_BASE_URL: server.baseUrl, TTS_ATTEMPTS: '1' });
    const clock = manualClock();
    let heard: Promise<number[]> = Promise.resolve([]);
    const session = {
      tts: createStreamingTts(config, {}, { onError() {} }),
      on() {},
      say(_text: string, { audio }: { audio: ReadableStream<AudioFrame> }) {
        heard = samplesOf(audio);
        return { addDoneCallback() {} };
      },
    };
    const phrases = createPhrases(session as unknown as voice.AgentSession, undefined, clock);
    return { phrases, clock, heard: () => heard };
  }

  async function samplesOf(audio: ReadableStream<AudioFrame>): Promise<number[]> {
    const samples: number[] = [];
    for await (const { data } of audio) samples.push(...data);
    return samples;
  }

  test('is what the voice says', async () => {
    server.on(ROUTE, ({ reply }) => reply(200, Buffer.from(SOUND.buffer)));
    const { phrases, heard } = call();
    phrases.say('Bye.', { withinMs: 4000 });
    expect(await heard()).toEqual([...SOUND]);
    expect(await phrases.soundOf('Sorry.', 900)).toEqual(SOUND);
  });

  test('is a tone where the voice is dead', async () => {
    server.on(ROUTE, ({ reply }) => reply(500));
    const { phrases, heard } = call();
    phrases.say('Bye.');
    expect(await heard()).toEqual([...TONE]);
    expect(await phrases.soundOf('Sorry.', 900)).toBeUndefined();
  });

  test('is a tone where the voice hangs, as soon as that is too long', async () => {
    server.on(ROUTE, () => {});
    const { phrases, heard, clock } = call();
    phrases.say('Bye.', { withinMs: 4000 });
    const sound = phrases.soundOf('Sorry.', 900);
    await server.received(2);
    clock.advance(4000);
    expect(await heard()).toEqual([...TONE]);
    expect(await sound).toBeUndefined();
    expect(clock.pending()).toEqual([]);
  });

  test('is not made where only what is kept is wanted', async () => {
    const { phrases } = call();
    expect(await phrases.soundOf('One moment.', 0)).toBeUndefined();
    expect(server.requests).toEqual([]);
  });
});
