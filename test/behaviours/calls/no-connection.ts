import { expect } from 'vitest';
import { rawServer } from '../../helpers/raw-server.ts';
import { APOLOGY, metricsOf, promptWith, type Scene, sideBySide, totalOf, useRows } from '../scene.ts';

const gone = await rawServer();
await gone.close();

/** By name of the agent. */
const urlsOf = (standInUrl: string) => ({
  refused: gone.baseUrl,
  // A label of more than 63 letters is refused by the resolver without asking anybody.
  unnamed: `http://${'gpu'.repeat(22)}:8000/v1`,
  tls: standInUrl.replace('http', 'https'),
});
type Name = keyof ReturnType<typeof urlsOf>;
const NAMES: readonly Name[] = ['refused', 'unnamed', 'tls'];

const stack = useRows({
  sideBySide: true,
  env: { TTS_CACHE: 'true', LLM_ATTEMPTS: '1' },
  prompts: { default: promptWith() },
  worker: false,
  moreWorkers: ({ baseUrl }) =>
    NAMES.map((name) => ({ AGENT_NAME: name, LLM_BASE_URL: urlsOf(baseUrl)[name] })),
});

/** Asks, and hears the apology; the log names the fault, and the metric counts it. */
async function apologises(
  name: Name,
  hint: RegExp,
  { caller, ask, hears }: Pick<Scene, 'caller' | 'ask' | 'hears'>,
) {
  const worker = stack().programs[NAMES.indexOf(name)] ?? expect.fail(`no worker ${name}`);
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
