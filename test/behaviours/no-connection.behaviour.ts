import { beforeAll, expect } from 'vitest';
import { useStack } from '../e2e/stack.ts';
import type { WorkerProcess } from '../e2e/worker.ts';
import { rawServer } from '../helpers/raw-server.ts';
import { APOLOGY, metricsOf, promptWith, type Scene, sideBySide, totalOf } from './scene.ts';

const gone = await rawServer();
await gone.close();

const stack = useStack({
  sideBySide: true,
  env: { TTS_CACHE: 'true', LLM_ATTEMPTS: '1' },
  prompts: { default: promptWith() },
  worker: false,
});
const workers = new Map<string, WorkerProcess>();
beforeAll(async () => {
  const urls = {
    refused: gone.baseUrl,
    // A label of more than 63 letters is refused by the resolver without asking anybody.
    unnamed: `http://${'gpu'.repeat(22)}:8000/v1`,
    tls: stack().standIn.baseUrl.replace('http', 'https'),
  };
  for (const [name, LLM_BASE_URL] of Object.entries(urls))
    workers.set(name, stack().startProgram('start', { AGENT_NAME: name, LLM_BASE_URL }));
  await Promise.all([...workers.values()].map((worker) => worker.logged('worker registered')));
});

/** Asks, and hears the apology; the log names the fault, and the metric counts it. */
async function apologises(
  name: string,
  hint: RegExp,
  { caller, ask, hears }: Pick<Scene, 'caller' | 'ask' | 'hears'>,
) {
  const worker = workers.get(name) ?? expect.fail(`no worker ${name}`);
  await hears(await ask(), APOLOGY);
  const line = await worker.logged('endpoint failed', {
    matches: ({ pii_caller }) => pii_caller === caller.identity,
  });
  expect(line).toMatchObject({ endpoint: 'llm', failure: 'connect', hint: expect.stringMatching(hint) });
  const series = 'voice_agent_endpoint_errors_total{endpoint="llm",failure="connect"}';
  expect(totalOf(await metricsOf({ worker }), series)).toBeGreaterThan(0);
}

sideBySide('connection refused', stack, { agentName: 'refused' }, (scene) =>
  apologises('refused', /Nothing listens/, scene),
);

sideBySide('no such name', stack, { agentName: 'unnamed' }, (scene) =>
  apologises('unnamed', /cannot be resolved/, scene),
);

sideBySide('TLS failure', stack, { agentName: 'tls' }, (scene) =>
  apologises('tls', /plain http port/, scene),
);
