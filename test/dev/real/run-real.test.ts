import { expect, test, vi } from 'vitest';
import { setUpReal } from '../../../src/dev/real/run-real.ts';

function machineWithoutPython() {
  const fetch = vi.fn(async () => '/models/one');
  const parts = {
    sources: { env: { PATH: '/nowhere' }, read: () => undefined },
    screen: { say() {}, progress() {} },
    fetcher: { dir: '/models', isFetched: () => false, fetch },
    signal: new AbortController().signal,
  };
  return { fetch, parts };
}

test('without Python nothing is fetched for a stage that needs it', async () => {
  const { fetch, parts } = machineWithoutPython();
  const setUp = setUpReal(['stt', 'llm'], 'http://127.0.0.1:9100/v1', parts);
  await expect(setUp).rejects.toThrow('--real needs Python 3.10');
  expect(fetch).not.toHaveBeenCalled();
});

test('the recognizer alone needs none', async () => {
  const { parts } = machineWithoutPython();
  const { models, whisper } = await setUpReal(['stt'], 'http://127.0.0.1:9100/v1', parts);
  expect([whisper, models.stt?.name]).toEqual(['/models/one', 'whisper-base']);
});
