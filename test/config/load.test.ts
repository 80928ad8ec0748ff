import { describe, expect, test } from 'vitest';
import { oldNamesIn } from '../../src/config/load.ts';
import { ConfigError, type ConfigProblem } from '../../src/errors.ts';
import { configFrom } from '../helpers/config.ts';

function problemsOf(env: Record<string, string | undefined>, files: Record<string, string> = {}) {
  try {
    configFrom(env, files);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [] as readonly ConfigProblem[];
}
const keysOf = (problems: readonly ConfigProblem[]) => problems.map(({ key }) => key);

describe('precedence', () => {
  test('environment wins over .env, .env over the YAML file, the file over the default', () => {
    const files = {
      '.env': 'MAX_CALLS=3\nWEB_PORT=81\n',
      'c.yaml': 'agent:\n  maxCalls: 4\nweb:\n  port: 82\nturn:\n  minEndpointingMs: 250\n',
    };
    const config = configFrom({ CONFIG_FILE: 'c.yaml', MAX_CALLS: '2' }, files);
    expect(config.agent.maxCalls).toBe(2);
    expect(config.web.port).toBe(81);
    expect(config.turn.minEndpointingMs).toBe(250);
    expect(config.turn.maxEndpointingMs).toBe(1500);
  });

  test('a stage without its own endpoint uses the common one', () => {
    const config = configFrom({ TTS_BASE_URL: 'http://tts:8880/v1', OPENAI_API_KEY: 'common' });
    expect(config.stt.baseUrl).toBe('http://127.0.0.1:9100/v1');
    expect(config.tts.baseUrl).toBe('http://tts:8880/v1');
    expect(config.tts.apiKey).toBe('common');
  });

  test('what stands in for another setting may be in the YAML file too', () => {
    const files = { 'c.yaml': 'openai: {baseUrl: http://gpu/v1}\nlivekit: {url: ws://127.0.0.1:1}\n' };
    const config = configFrom({ CONFIG_FILE: 'c.yaml', OPENAI_BASE_URL: '', LIVEKIT_URL: '' }, files);
    expect([config.stt.baseUrl, config.llm.baseUrl, config.tts.baseUrl]).toEqual(
      Array(3).fill('http://gpu/v1'),
    );
    expect(config.livekit.publicUrl).toBe('ws://127.0.0.1:1');
  });

  test('browsers get LIVEKIT_URL unless LIVEKIT_PUBLIC_URL is set', () => {
    expect(configFrom().livekit.publicUrl).toBe('ws://127.0.0.1:7880');
    expect(configFrom({ LIVEKIT_PUBLIC_URL: 'wss://rtc.example' }).livekit.publicUrl).toBe(
      'wss://rtc.example',
    );
  });

  test('an empty variable counts as not set, but an empty AGENT_NAME is a name', () => {
    const config = configFrom({ MAX_CALLS: '', AGENT_NAME: '' });
    expect(config.agent.maxCalls).toBe(10);
    expect(config.agent.name).toBe('');
    expect(configFrom().agent.name).toBe('voice-agent');
  });

  test('a zero stays a zero', () => {
    const config = configFrom({ HEALTH_PORT: '0', WEB_PORT: '0', IDLE_TIMEOUT_MS: '0' });
    expect([config.agent.healthPort, config.web.port, config.agent.idleTimeoutMs]).toEqual([0, 0, 0]);
  });
});

describe('a setting that was renamed', () => {
  const yaml = { CONFIG_FILE: 'c.yaml' };
  const VARIABLE = { old: 'ENDPOINTING_TOLD_MS', now: 'ENDPOINTING_STATEMENT_MS' };
  const LINE = { old: 'turn.toldEndpointingMs', now: 'turn.statementEndpointingMs' };

  test.each<[string, Record<string, string>, Record<string, string>, object]>([
    ['in the environment', { ENDPOINTING_TOLD_MS: '900' }, {}, VARIABLE],
    ['in .env', {}, { '.env': 'ENDPOINTING_TOLD_MS=900' }, VARIABLE],
    ['in the YAML file', yaml, { 'c.yaml': 'turn: {toldEndpointingMs: 900}' }, LINE],
  ])('works by its old name %s, and the log can say so', (_, env, files, names) => {
    expect(configFrom(env, files).turn.statementEndpointingMs).toBe(900);
    expect(oldNamesIn({ env, read: (path) => files[path] })).toEqual([names]);
  });

  test('is given by its new name without a word', () => {
    const env = { ENDPOINTING_STATEMENT_MS: '900' };
    expect(configFrom(env).turn.statementEndpointingMs).toBe(900);
    expect(oldNamesIn({ env, read: () => undefined })).toEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['both variables', { ENDPOINTING_TOLD_MS: '900', ENDPOINTING_STATEMENT_MS: '900' }, ''],
    ['variable and file', { ...yaml, ENDPOINTING_STATEMENT_MS: '900' }, 'turn: {toldEndpointingMs: 900}'],
    ['both lines of the file', yaml, 'turn: {toldEndpointingMs: 900, statementEndpointingMs: 900}'],
  ])('is a fault by both names: %s', (_, env, file) => {
    const [problem, ...others] = problemsOf(env, { 'c.yaml': file });
    expect(others).toEqual([]);
    expect(problem?.key).toMatch(/TOLD_MS|toldEndpointingMs/);
    expect(problem?.want).toContain('the new name of the same setting');
  });

  test('is named by its old name where its value is wrong', () => {
    expect(keysOf(problemsOf({ ENDPOINTING_TOLD_MS: 'soon' }))).toEqual(['ENDPOINTING_TOLD_MS']);
  });
});

describe('faults', () => {
  test('all are reported at once, with key, value and what is wanted', () => {
    const problems = problemsOf({ LIVEKIT_URL: 'not a url', MAX_CALLS: 'many', VAD_PROVIDER: 'psychic' });
    expect(keysOf(problems)).toEqual(['LIVEKIT_URL', 'MAX_CALLS', 'VAD_PROVIDER']);
    expect(problems.find(({ key }) => key === 'MAX_CALLS')).toMatchObject({ got: '"many"' });
    expect(new ConfigError(problems).message).toMatch(/LIVEKIT_URL: got "not a url"; want a URL such as ws:/);
  });

  test('a duration that no timer can hold is refused, instead of passing at once', () => {
    expect(problemsOf({ MAX_CALL_MS: '3000000000' })).toMatchObject([{ key: 'MAX_CALL_MS' }]);
  });

  test('a missing endpoint is named with both ways to set it', () => {
    const problems = problemsOf({ OPENAI_BASE_URL: undefined });
    expect(keysOf(problems)).toEqual(['STT_BASE_URL', 'LLM_BASE_URL', 'TTS_BASE_URL']);
    expect(problems[0]?.want).toContain('OPENAI_BASE_URL');
  });

  test('a short API secret is refused away from loopback, with the command that makes one', () => {
    const problems = problemsOf({ LIVEKIT_URL: 'wss://rtc.example' });
    expect(problems).toEqual([
      {
        key: 'LIVEKIT_API_SECRET',
        got: '6 characters',
        want: expect.stringContaining('openssl rand -base64 32'),
      },
    ]);
    expect(problemsOf({ LIVEKIT_URL: 'wss://rtc.example', LIVEKIT_API_SECRET: 'x'.repeat(32) })).toEqual([]);
    expect(problemsOf({ LIVEKIT_URL: 'ws://localhost:7880' })).toEqual([]);
  });

  test('a Deepgram provider wants its key and its server', () => {
    expect(keysOf(problemsOf({ STT_PROVIDER: 'deepgram' }))).toEqual([
      'DEEPGRAM_API_KEY',
      'DEEPGRAM_BASE_URL',
    ]);
  });

  test('a TURN server wants one kind of credentials', () => {
    const TURN_URLS = 'turn:10.0.0.4:3478?transport=udp, turn:10.0.0.4:3480?transport=tcp';
    const faults = (env: Record<string, string>) => problemsOf({ TURN_URLS, ...env });
    const [TURN_SECRET, TURN_USERNAME, TURN_PASSWORD] = ['s', 'u', 'p'];
    expect(faults({ TURN_SECRET })).toEqual([]);
    expect(faults({ TURN_USERNAME, TURN_PASSWORD })).toEqual([]);
    for (const env of [
      {},
      { TURN_USERNAME },
      { TURN_PASSWORD },
      { TURN_SECRET, TURN_USERNAME },
      { TURN_SECRET, TURN_USERNAME, TURN_PASSWORD },
    ])
      expect(keysOf(faults(env))).toEqual(['TURN_URLS']);
    expect(faults({ TURN_USERNAME })[0]?.got).toBe('it with TURN_USERNAME');
    expect(configFrom({ TURN_URLS, TURN_SECRET }).check.turnUrls.map(({ port }) => port)).toEqual([
      3478, 3480,
    ]);
  });

  test('each wrong TURN URL is named', () => {
    expect(problemsOf({ TURN_URLS: 'turn:a,turn:b:99999,stun:c' })).toMatchObject([
      { key: 'TURN_URLS', want: expect.stringMatching(/«turn:b:99999».*«stun:c»/) },
    ]);
  });

  test.each(['sse', 'realtime'])('the mode %s is for the openai provider alone', (STT_MODE) => {
    expect(problemsOf({ STT_MODE })).toEqual([]);
    const deepgram = { STT_PROVIDER: 'deepgram', DEEPGRAM_API_KEY: 'k', DEEPGRAM_BASE_URL: 'http://dg:8080' };
    expect(problemsOf({ ...deepgram, STT_MODE })).toMatchObject([{ key: 'STT_MODE', got: STT_MODE }]);
    expect(problemsOf(deepgram)).toEqual([]);
  });

  test('an unknown line in the YAML file is refused', () => {
    expect(keysOf(problemsOf({ CONFIG_FILE: 'c' }, { c: 'agent:\n  maxcalls: 4\n' }))).toEqual([
      'agent.maxcalls',
    ]);
  });

  test('a missing or unreadable YAML file is named', () => {
    expect(problemsOf({ CONFIG_FILE: 'gone.yaml' })).toMatchObject([
      { key: 'CONFIG_FILE', got: 'gone.yaml' },
    ]);
    expect(keysOf(problemsOf({ CONFIG_FILE: 'c' }, { c: 'a: [' }))).toEqual(['CONFIG_FILE']);
  });
});

describe('white space', () => {
  test.each([
    ['the environment', { STT_API_KEY: ' key\r\n' }, {}],
    ['.env', {}, { '.env': 'STT_API_KEY="key\\r\\n"\n' }],
    ['the YAML file', { CONFIG_FILE: 'c' }, { c: 'stt: {apiKey: "key\\n"}' }],
    ['a secret file', { STT_API_KEY_FILE: ' s\n' }, { s: '\ufeffkey\r\n' }],
    ['a fallback', { OPENAI_API_KEY: 'key\t' }, {}],
  ])('around a value from %s is not part of it', (_, env, files) => {
    expect(configFrom(env, files).stt.apiKey).toBe('key');
  });

  test('JSON may run over several lines', () => {
    const config = configFrom(
      { LLM_EXTRA_BODY: '{\n  "top_k": 20\n}\n', LLM_HEADERS_FILE: 'h' },
      { h: '{\r\n"x-tenant": "voice"}\r\n' },
    );
    expect([config.llm.extraBody, config.llm.headers]).toEqual([{ top_k: 20 }, { 'x-tenant': 'voice' }]);
  });

  test('any setting may have it, and one that is nothing else is not set', () => {
    const config = configFrom({ MAX_CALLS: ' 3 ', LIVEKIT_URL: 'ws://127.0.0.1:1\r', STT_LANGUAGE: ' \n' });
    expect([config.agent.maxCalls, config.livekit.url, config.stt.language]).toEqual([
      3,
      'ws://127.0.0.1:1',
      undefined,
    ]);
  });

  test.each([
    ['STT_API_KEY', { STT_API_KEY: 'key\nkey' }, {}],
    ['tts.voice', { CONFIG_FILE: 'c' }, { c: 'tts: {voice: "al\\u0000loy"}' }],
    ['STT_API_KEY_FILE', { STT_API_KEY_FILE: 's' }, { s: 'key\r\nanother' }],
    ['AGENT_NAME', { AGENT_NAME: 'a\u2028b' }, {}],
  ])('a control character inside %s is refused by its place, without the secret', (key, env, files) => {
    const problems = problemsOf(env, files);
    expect(problems).toMatchObject([
      { key, want: expect.stringMatching(/control characters; U\+\w{4} is character/) },
    ]);
    if (key.includes('KEY')) expect(problems[0]?.got).toBe('(hidden)');
  });
});

describe('secrets', () => {
  test('can come from a file, without its line end', () => {
    const config = configFrom(
      { LIVEKIT_API_SECRET: undefined, LIVEKIT_API_SECRET_FILE: '/run/s' },
      { '/run/s': 'from-a-file\n' },
    );
    expect(config.livekit.apiSecret).toBe('from-a-file');
  });

  test('a secret file that is missing or empty is a fault', () => {
    for (const files of [{}, { '/run/s': '\n' }]) {
      const problems = problemsOf(
        { LIVEKIT_API_SECRET: undefined, LIVEKIT_API_SECRET_FILE: '/run/s' },
        files,
      );
      expect(keysOf(problems)).toContain('LIVEKIT_API_SECRET_FILE');
    }
  });

  test('are never shown in a fault', () => {
    const problems = problemsOf({ LIVEKIT_URL: 'wss://rtc.example', LIVEKIT_API_SECRET: 'hunter2' });
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('what servers want beyond the standard', () => {
  test('is a JSON object in the environment, an object in YAML', () => {
    const files = {
      'c.yaml': 'tts: {extraBody: {lang_code: e, nested: {a: [1]}}, headers: {X-Tenant: voice}}\n',
      '/run/headers': '{"Authorization": "Basic eDp5"}\n',
    };
    const env = {
      CONFIG_FILE: 'c.yaml',
      LLM_EXTRA_BODY: '{"chat_template_kwargs": {"enable_thinking": false}}',
      LLM_HEADERS_FILE: '/run/headers',
    };
    const { stt, llm, tts } = configFrom(env, files);
    expect([stt.extraBody, stt.headers]).toEqual([undefined, undefined]);
    expect(llm.extraBody).toEqual({ chat_template_kwargs: { enable_thinking: false } });
    expect(llm.headers).toEqual({ authorization: 'Basic eDp5' });
    expect(tts.extraBody).toEqual({ lang_code: 'e', nested: { a: [1] } });
    expect(tts.headers).toEqual({ 'x-tenant': 'voice' });
  });

  test.each([
    ['LLM_EXTRA_BODY', '{"top_k": 20,}', /the fault is at character 14/],
    ['LLM_EXTRA_BODY', '{"top_k": 20', /JSON object such as .*(?:ends too early|character 13)/],
    ['LLM_EXTRA_BODY', '[1]', /a JSON object/],
    ['LLM_EXTRA_BODY', '{"model": "x", "stream": false}', /other than model, stream/],
    ['STT_EXTRA_BODY', '{"file": "x"}', /other than file/],
    ['TTS_EXTRA_BODY', '{"input": "x"}', /other than input/],
    ['TTS_HEADERS', 'x-key: hunter2', /JSON object/],
    ['TTS_HEADERS', '{"x-key": 7}', /a text for each header/],
    ['TTS_HEADERS', '{"x key": "hunter2"}', /names of headers/],
    ['TTS_HEADERS', '{"x-key": "hunter2\\n"}', /printable ASCII/],
    ['TTS_HEADERS', '{"Content-Type": "hunter2"}', /headers other than content-type/],
  ])('%s=%s is refused with the place of the fault', (key, value, want) => {
    const problems = problemsOf({ [key]: value });
    expect(keysOf(problems)).toEqual([key]);
    expect(problems[0]?.want).toMatch(want);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
