import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openRealtime } from '../../src/openai/realtime.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import {
  STT_STRICT_AS,
  sttStrictSchema,
  TTS_STRICT_AS,
  ttsStrictSchema,
} from '../../src/standin/strict-audio.ts';
import { options } from '../real/cases/case.ts';
import { bytesOf, type Fixture, fixturePath, type HttpExchange, readFixtures } from '../real/fixture.ts';
import { postJson, startBuiltIn, transcribe } from './start.ts';

const recorded = [...(await readFixtures()).values()];
const speech = readFileSync(new URL('../fixtures/speech-16k.wav', import.meta.url));

/** Each recorded request to one of these servers that has a body of this kind. */
const requests = (servers: object, kind: 'json' | 'form') =>
  recorded
    .filter(({ server, case: name }) => server in servers && !name.startsWith('chat.'))
    .flatMap((fixture) =>
      fixture.exchanges.flatMap((exchange) =>
        exchange.kind === 'http' && exchange[kind]
          ? [[fixturePath(fixture), fixture, exchange] as const]
          : [],
      ),
    );

/** The same words where names differ, and as many voices as there are. */
const alike = (said: string, ours: string, theirs: string) =>
  said
    .replaceAll(`aliases: ${ours}`, `aliases: ${theirs}`)
    .replace(/(Available voices: )[^"]*/, '$1…')
    // As Python writes a float.
    .replace(/("(?:le)":\d)\.0/, '$1');

async function expectSame(
  response: Response,
  { status, chunks }: HttpExchange,
  ours: string,
  theirs: string,
) {
  expect(response.status).toBe(status);
  if (status < 400) return response.body?.cancel();
  const said = await response.text();
  const words = alike(Buffer.concat(chunks.map(bytesOf)).toString(), ours, theirs);
  const parse = (text: string) => (text.startsWith('{') ? JSON.parse(text) : text);
  expect(parse(alike(said, ours, theirs))).toEqual(parse(words));
}

const audioOf = ({ case: name }: Fixture): Uint8Array => {
  if (name.endsWith('.not-a-wav')) return Buffer.from('this is no sound');
  return name.endsWith('.no-audio') ? encodeWav(new Int16Array(), 16_000) : speech;
};

test.each(requests(STT_STRICT_AS, 'form'))(
  '%s: taken or refused as the server did',
  async (_, fixture, exchange) => {
    const standIn = await startBuiltIn();
    standIn.control({ stt: { always: 'Yes.', strict: sttStrictSchema.parse(fixture.server) } });
    const { file: __, ...fields } = Object.fromEntries(exchange.form ?? []);
    const model = fields.model === fixture.model ? 'stand-in-stt' : String(fields.model);
    const response = await transcribe(standIn, audioOf(fixture), { ...fields, model });
    await expectSame(response, exchange, 'stand-in-stt', fixture.model);
  },
);

test.each(requests(TTS_STRICT_AS, 'json'))(
  '%s: taken or refused as the server did',
  async (_, fixture, exchange) => {
    const standIn = await startBuiltIn();
    standIn.control({ tts: { strict: ttsStrictSchema.parse(fixture.server) } });
    const { json = {} } = exchange;
    const model = json.model === fixture.model ? 'stand-in-tts' : json.model;
    const response = await postJson(`${standIn.baseUrl}/audio/speech`, { ...json, model });
    await expectSame(response, exchange, 'stand-in-tts', fixture.model);
  },
);

test('vLLM’s Whisper refuses realtime, and the product says which setting helps', async () => {
  const shown = recorded.find((one) => one.server === 'vllm-0.32.0' && one.case === 'realtime.transcript');
  const standIn = await startBuiltIn();
  standIn.control({ stt: { strict: 'vllm-0.32.0' } });
  const realtime = openRealtime({ baseUrl: standIn.baseUrl, model: 'm', sampleRate: 16_000, ...options() });
  realtime.append(new Int16Array(16_000));
  const refused = realtime.commit();
  await expect(refused).rejects.toMatchObject({
    status: shown?.outcome.status,
    hint: shown?.outcome.hint,
  });
  realtime.close();
});

test('without a server to be strict as, and after a reset, the stand-in has its own limits', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ stt: { strict: 'vllm-0.32.0' }, tts: { strict: 'kokoro-fastapi-0.8.0' } });
  standIn.control({ reset: true, stt: { always: 'Yes.' } });
  expect((await transcribe(standIn, speech)).status).toBe(200);
  const speak = { model: 'any', voice: 'alloy', input: 'Yes.', response_format: 'pcm' };
  expect((await postJson(`${standIn.baseUrl}/audio/speech`, speak)).status).toBe(200);
});
