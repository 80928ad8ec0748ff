import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { promptNames, renderOverview } from '../../src/dev/overview.ts';
import { planDev, type RealModels } from '../../src/dev/plan.ts';
import type { Supervised } from '../../src/dev/supervise.ts';

const service = (pid: number) => ({ pid: () => pid }) as Supervised;

const KEYS = { apiKey: 'dev0123456789', apiSecret: 'hidden-secret-of-this-run-of-dev' };

function overview(env: Record<string, string>, tts = 'espeak-ng', real: RealModels = {}) {
  const plan = planDev({ env, read: () => undefined }, 'http://127.0.0.1:9100/v1', KEYS, real);
  return renderOverview({
    plan,
    livekit: {
      url: 'ws://127.0.0.1:7880',
      detail: 'livekit-server 1.13.3',
      settings: {},
      service: service(11),
    },
    standIns: { engines: { stt: 'pocketsphinx', llm: 'eliza', tts }, service: service(12) },
    worker: { pageUrl: 'http://127.0.0.1:8080', service: service(13) },
    prompts: ['default', 'phone'],
    logDir: '.cache/dev/8080',
  });
}

test('it says what runs where, with which prompt', () => {
  const text = overview({});
  expect(text).toMatch(/page +http:\/\/127\.0\.0\.1:8080/);
  expect(text).toMatch(/LiveKit +ws:\/\/127\.0\.0\.1:7880 \(pid 11\) +livekit-server 1\.13\.3/);
  expect(text).toMatch(/worker .*pid 13.*«voice-agent»/);
  expect(text).toMatch(/prompt +prompts\/default\.md +.*also phone$/m);
});

test('the keys of a LiveKit of ours are shown masked, with where they are', () => {
  const text = overview({});
  expect(text).toMatch(/key dev012…, secret hidden… +in \.cache\/dev\/livekit\.json, for `npm run token`/);
  expect(text).not.toContain('hidden-');
});

test('a stand-in is called one, with what to set instead', () => {
  const text = overview({ LLM_BASE_URL: 'http://gpu:8000/v1', LLM_MODEL: 'llama-3' });
  expect(text).toMatch(/STT .*\(pid 12\) +STAND-IN, not a model: pocketsphinx/);
  expect(text).toMatch(/LLM +http:\/\/gpu:8000\/v1 +llama-3 \(openai\)/);
  expect(text).toContain('set OPENAI_BASE_URL, or STT_BASE_URL, TTS_BASE_URL; or have small ones run here');
});

test('a real model on this machine is named, and called no stand-in', () => {
  const llm = { url: 'http://127.0.0.1:9302/v1', name: 'smollm2', detail: 'by llama.cpp' };
  const text = overview({}, 'espeak-ng', { llm });
  expect(text).toMatch(/LLM +http:\/\/127\.0\.0\.1:9302\/v1 +smollm2, on this machine: by llama\.cpp$/m);
  expect(text).toContain('or STT_BASE_URL, TTS_BASE_URL;');
});

test('what a stand-in does is said where its name does not', () => {
  expect(overview({}, 'tones')).toMatch(/TTS .*STAND-IN, not a model: tones instead of words$/m);
  expect(overview({})).toMatch(/LLM .*STAND-IN, not a model: eliza, a program of 1966/);
});

test('Flite is named, with what it does to Malay', () => {
  const text = overview({}, 'flite');
  expect(text).toMatch(/TTS .*STAND-IN, not a model: flite$/m);
  expect(text).toMatch(/Malay.*espeak-ng/);
  expect(overview({})).not.toContain('Malay');
  expect(overview({ TTS_BASE_URL: 'http://gpu:8000/v1' }, 'flite')).not.toContain('Malay');
});

test('with real endpoints nothing speaks of stand-ins', () => {
  const env = {
    STT_PROVIDER: 'deepgram',
    DEEPGRAM_API_KEY: 'k',
    DEEPGRAM_BASE_URL: 'http://deepgram:8080/v1',
  };
  const text = overview({ ...env, OPENAI_BASE_URL: 'http://gpu:8000/v1' });
  expect(text).not.toMatch(/stand-in/i);
  expect(text).toMatch(/STT +http:\/\/deepgram:8080\/v1 +nova-3 \(deepgram\)/);
});

test('parts of prompts are no prompts', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prompts-'));
  for (const name of ['_shared.md', 'phone.md', 'default.md', 'notes.txt'])
    writeFileSync(join(dir, name), '');
  expect(await promptNames(dir)).toEqual(['default', 'phone']);
  rmSync(dir, { recursive: true });
});
