import { initializeLogger, type VAD } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { buildPipeline, type PipelineParts } from '../../src/call/pipeline.ts';
import { CallScope } from '../../src/call/scope.ts';
import { PROVIDERS } from '../../src/config/providers/table.ts';
import type { EndpointError } from '../../src/errors.ts';
import { createLog } from '../../src/observe/log.ts';
import type { Persona } from '../../src/persona/store.ts';
import { ChatModel, chatEndpoint } from '../../src/stages/llm.ts';
import { StreamingTts } from '../../src/stages/tts.ts';
import { EchoPath } from '../../src/stages/turn/echo/echo-path.ts';
import type { Floor } from '../../src/stages/turn/roles.ts';
import { TurnStt } from '../../src/stages/turn/stream.ts';
import { configFrom } from '../helpers/config.ts';
import { FakeLlm, FakeStt, FakeTts, fake, made } from '../helpers/fake-provider.ts';
import { configWith } from '../helpers/provided.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'fatal' }));

const vad = { label: 'detector', on() {}, off() {} } as unknown as VAD;
const persona = { allowInterruptions: true, voice: 'of the prompt', language: 'ms' } as Persona;

function build(env: Record<string, string>, errors: EndpointError[] = []) {
  const providers = { ...PROVIDERS, fake };
  const config = configWith(providers, env);
  const parts: PipelineParts = {
    ...{
      config,
      persona,
      vad,
      providers,
      scope: new CallScope({ log: createLog({ level: 'fatal', pii: false }) }),
    },
    floor: {} as Floor,
    echo: new EchoPath(24_000),
    chat: chatEndpoint(configFrom(), persona),
    hooks: { onError: (error) => errors.push(error) },
  };
  return buildPipeline(parts);
}

test('with the settings alone, a session is made of our own clients', async () => {
  const session = await build({});
  expect(session.stt).toBeInstanceOf(TurnStt);
  expect(session.llm).toBeInstanceOf(ChatModel);
  expect(session.tts).toBeInstanceOf(StreamingTts);
  expect(session.vad).toBeUndefined();
});

test('a provider that is one file and one line in the table serves every stage of a session', async () => {
  const errors: EndpointError[] = [];
  const chosen = { STT_PROVIDER: 'fake', LLM_PROVIDER: 'fake', TTS_PROVIDER: 'fake' };
  const env = { ...chosen, FAKE_KEY: 'k', FAKE_URL: 'http://fake:1', LLM_MODEL: 'another mind' };
  const session = await build(env, errors);

  expect(session.stt).toBeInstanceOf(FakeStt);
  expect(session.llm).toBeInstanceOf(FakeLlm);
  expect(session.tts).toBeInstanceOf(FakeTts);
  expect(session.vad, 'the framework takes the turns').toBe(vad);
  const own = { key: 'k', baseUrl: 'http://fake:1' };
  expect(made.stt).toEqual({ own, model: 'fake-ears', language: 'ms' });
  expect(made.llm).toMatchObject({ own, model: 'another mind' });
  expect(made.tts).toMatchObject({ own, model: 'fake-voice', voice: 'of the prompt' });

  session.tts?.emit('error', { error: new Error('no voice left') } as never);
  expect(errors).toMatchObject([
    { endpoint: 'tts', url: 'http://fake:1', message: expect.stringContaining('no voice left') },
  ]);
});
