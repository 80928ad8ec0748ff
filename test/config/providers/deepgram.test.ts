import { initializeLogger } from '@livekit/agents';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { serversOf } from '../../../src/config/models.ts';
import { rootOf } from '../../../src/config/providers/deepgram.ts';
import type { EndpointError } from '../../../src/errors.ts';
import { createTranscriber } from '../../../src/stages/stt.ts';
import { createStreamingTts } from '../../../src/stages/tts.ts';
import { configFrom } from '../../helpers/config.ts';
import { type Manner, useDeepgram } from '../../helpers/deepgram-server.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';

const server = useDeepgram();
const other = useEndpointServer();
const events: { fellBack: EndpointError[]; failed: EndpointError[] } = { fellBack: [], failed: [] };
const hooks = {
  onError: (error: EndpointError) => void events.failed.push(error),
  onFallback: (error: EndpointError) => void events.fellBack.push(error),
};
beforeAll(() => initializeLogger({ pretty: false, level: 'fatal' }));
beforeEach(() => {
  events.failed = [];
  events.fellBack = [];
});

/** Deadlines that pass while a test waits. */
const QUICK = {
  CONNECT_TIMEOUT_MS: '300',
  FIRST_BYTE_TIMEOUT_MS: '150',
  STALL_TIMEOUT_MS: '150',
  ATTEMPTS: '2',
};

function configOf(stage: 'STT' | 'TTS', more: Record<string, string> = {}) {
  const quick = Object.fromEntries(Object.entries(QUICK).map(([name, value]) => [`${stage}_${name}`, value]));
  const deepgram = { DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: server.origin };
  return configFrom({ [`${stage}_PROVIDER`]: 'deepgram', ...deepgram, ...quick, ...more });
}

/** One that transcribes and speaks as OpenAI does. */
function fallback(stage: 'STT' | 'TTS') {
  other.on('POST /v1/audio/transcriptions', ({ reply }) => reply(200, { text: 'My line is down.' }));
  other.on('POST /v1/audio/speech', ({ reply }) =>
    reply(200, new Uint8Array(4800), { 'content-type': 'audio/pcm' }),
  );
  return { [`${stage}_BASE_URL_2`]: other.baseUrl, [`${stage}_PROVIDER_2`]: 'openai' };
}

const SPEECH = Int16Array.from({ length: 4800 }, (_, at) => Math.round(8000 * Math.sin(at / 4)));

async function heard(more?: Record<string, string>) {
  const transcriber = createTranscriber(configOf('STT', more), {}, hooks);
  try {
    const texts: string[] = [];
    for (const _ of [1, 2]) {
      transcriber.push(SPEECH);
      texts.push((await transcriber.transcribe(new AbortController().signal)).text);
      transcriber.reset();
    }
    return texts;
  } finally {
    transcriber.close();
  }
}

async function spoken(more?: Record<string, string>) {
  let samples = 0;
  const voice = createStreamingTts(configOf('TTS', more), {}, hooks);
  for await (const { frame } of voice.synthesize('Hello.')) samples += frame.samplesPerChannel;
  return samples;
}

test('it hears over one WebSocket, and what it heard is the turn', async () => {
  server.heard = ['My line is down.', 'Since Monday.'];
  expect(await heard()).toEqual(['My line is down.', 'Since Monday.']);
  expect(server.requests.map(({ route }) => route)).toEqual(['GET /v1/listen']);
});

test('it speaks', async () => {
  expect(await spoken()).toBe(4800);
});

const FAULTS: [Manner | 'refused', object][] = [
  ['refused', { failure: 'connect', hint: expect.stringContaining('Nothing listens there') }],
  ['refuses-key', { failure: 'status', hint: expect.stringContaining('set DEEPGRAM_API_KEY') }],
  ['hangs', { failure: 'connect', hint: expect.stringContaining('Check host and port') }],
  ['cuts', { failure: 'stall', hint: expect.stringContaining('STT_STALL_TIMEOUT_MS') }],
  ['mute', { failure: 'first-byte', hint: expect.stringContaining('STT_FIRST_BYTE_TIMEOUT_MS') }],
];

async function break_(manner: Manner | 'refused') {
  if (manner === 'refused') await server.close();
  else server.manner = manner;
}

test.each(FAULTS)(
  '%s: the turn is heard by the next endpoint, and one event tells of it',
  async (manner, event) => {
    await break_(manner);
    expect(await heard(fallback('STT'))).toEqual(['My line is down.', 'My line is down.']);
    expect(events.fellBack).toMatchObject([
      { endpoint: 'stt', url: expect.stringContaining('/v1/listen'), ...event },
    ]);
    expect(events.failed).toEqual([]);
  },
);

test.each(FAULTS)(
  '%s: without another endpoint the turn fails with one event, within the deadlines',
  async (manner) => {
    await break_(manner);
    await expect(heard()).rejects.toMatchObject({ endpoint: 'stt' });
    expect(events.failed).toMatchObject([{ endpoint: 'stt', url: `${server.origin}/v1/listen` }]);
  },
);

test.each<[Manner | 'refused', string]>([
  ['refused', 'Nothing listens there'],
  ['refuses-key', 'set DEEPGRAM_API_KEY'],
  ['hangs', 'TTS_FIRST_BYTE_TIMEOUT_MS'],
  ['cuts', 'closed the connection'],
])('%s: the next endpoint speaks; without one an event tells what to do', async (manner, hint) => {
  await break_(manner);
  expect(await spoken(fallback('TTS'))).toBe(2400);
  expect(events.failed).toEqual([]);
  expect(await spoken()).toBe(0);
  expect(events.failed).toMatchObject([
    { endpoint: 'tts', url: `${server.origin}/v1/speak`, hint: expect.stringContaining(hint) },
  ]);
});

test('its server can be given with or without its version path, as a WebSocket’s or not', () => {
  expect(rootOf('ws://deepgram:8080')).toBe('http://deepgram:8080/v1');
  expect(rootOf('https://deepgram/v1/')).toBe('https://deepgram/v1');
  expect(rootOf('wss://deepgram/')).toBe('https://deepgram/v1');
});

test('our own clients speak to it, at its own server with its own key', () => {
  const env = { STT_PROVIDER: 'deepgram', DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'ws://deepgram:8080' };
  expect(serversOf(configFrom(env), 'stt')).toMatchObject([
    {
      ...{ baseUrl: 'http://deepgram:8080/v1', apiKey: 'k', model: 'nova-3', wire: 'deepgram' },
      keySetting: 'DEEPGRAM_API_KEY',
    },
  ]);
});
