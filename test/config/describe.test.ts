import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { envTable, redactedDump } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { settings } from '../../src/config/schema.ts';
import type { Setting } from '../../src/config/setting.ts';

const everySetting = Object.values<Record<string, Setting>>(settings).flatMap((group) =>
  Object.values(group),
);

const load = (env: Record<string, string>) =>
  loadConfig({
    env: {
      LIVEKIT_URL: 'ws://127.0.0.1:7880',
      LIVEKIT_API_KEY: 'devkey',
      LIVEKIT_API_SECRET: 'hidden-secret',
      OPENAI_BASE_URL: 'http://gpu:8000/v1',
      ...env,
    },
    read: () => undefined,
  });

const rowOf = (env: string) =>
  envTable()
    .split('\n')
    .find((line) => line.startsWith(`| \`${env}\` |`));

test('README.md holds the table of settings as the schema has it (mend: node --import tsx src/dev/readme.ts)', () => {
  const written = readFileSync('README.md', 'utf8').match(/<!-- env:start -->\n(.*)\n<!-- env:end -->/s)?.[1];
  expect(written, 'run: node --import tsx src/dev/readme.ts').toBe(envTable());
});

test('every setting has a row', () => {
  expect(everySetting.filter(({ env }) => rowOf(env) === undefined)).toEqual([]);
  expect(envTable().split('\n')).toHaveLength(everySetting.length + 2);
});

test('a row names the old name of a setting that was renamed', () => {
  expect(rowOf('ENDPOINTING_STATEMENT_MS')).toContain('until the next version also `ENDPOINTING_TOLD_MS`');
});

test('a row shows the default, the fallback, the choices and what is secret', () => {
  expect(rowOf('LIVEKIT_URL')).toContain('| `livekit.url` | required |');
  expect(rowOf('TTS_VOICE')).toContain('| `alloy` |');
  expect(rowOf('LLM_MODEL')).toContain('default `gpt-4o-mini` (openai)');
  expect(rowOf('STT_LANGUAGE')).toContain('| – |');
  expect(rowOf('STT_BASE_URL')).toContain('| as `OPENAI_BASE_URL` |');
  expect(rowOf('STT_PROVIDER')).toContain('one of `openai`, `deepgram`');
  expect(rowOf('STT_API_KEY')).toMatch(/\*\*secret\*\* \|$/);
  expect(rowOf('STT_MODEL')).not.toContain('secret');
});

test('the dump says of secrets only whether they are set', () => {
  const dump = redactedDump(load({ TTS_API_KEY: 'hidden-key', DEEPGRAM_API_KEY: 'hidden-too' }));
  expect(JSON.stringify(dump)).not.toContain('hidden');
  expect(dump.livekit).toMatchObject({ url: 'ws://127.0.0.1:7880', apiKey: 'set', apiSecret: 'set' });
  expect(dump.tts).toMatchObject({
    apiKey: 'set',
    baseUrl: 'http://gpu:8000/v1',
    voice: 'alloy',
    model: 'not set',
  });
  expect(dump.stt).toMatchObject({ apiKey: 'not set' });
});

test('the dump has every setting, falsy values as they are', () => {
  const dump = redactedDump(load({ WEB_ENABLED: 'false', IDLE_TIMEOUT_MS: '0', AGENT_NAME: '' }));
  expect(Object.values(dump).flatMap((group) => Object.keys(group))).toHaveLength(everySetting.length);
  expect(dump.web?.enabled).toBe(false);
  expect(dump.agent).toMatchObject({ idleTimeoutMs: 0, name: '' });
});

test('what a URL holds of secrets is not shown, in whichever setting', () => {
  const secret = 'https://me:hidden@gpu:8000/v1?api_key=hidden&version=hidden';
  const ready = 'http://a/readyz?key=hidden,http://me:hidden@b/readyz';
  const dump = redactedDump(
    load({
      LLM_BASE_URL: secret,
      LIVEKIT_PUBLIC_URL: 'wss://me:hidden@lk/x?access_token=hidden',
      CHECK_READY_URLS: ready,
    }),
  );
  expect(dump.llm?.baseUrl).toBe('https://…@gpu:8000/v1?api_key=…&version=…');
  expect(dump.livekit?.publicUrl).toBe('wss://…@lk/x?access_token=…');
  expect(dump.check?.readyUrls).toBe('http://a/readyz?key=…,http://…@b/readyz');
});

test('a wrong URL is named without them', () => {
  const wrong = () =>
    load({ LLM_BASE_URL: 'gpu:8000/v1?api_key=hidden', TTS_BASE_URL: 'ftp://me:hidden@gpu/' });
  expect(wrong).toThrow('LLM_BASE_URL: got "gpu:8000/v1?api_key=…"');
  expect(wrong).not.toThrow('hidden');
});
