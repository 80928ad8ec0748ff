import { afterAll, beforeAll, expect, test } from 'vitest';
import { NAMESPACE } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { mustDeploy, RELEASE, uninstall } from './helm-release.ts';
import { noteTime } from './notes.ts';
import { rolledOut } from './pods.ts';
import { startWorld, type World } from './world.ts';

// Ways to install that differ in what has to work together: each is brought up for real and checks itself.

const SOON_MS = 60_000;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  for (const [name, stringData] of Object.entries(ODD_SECRETS))
    await world.api.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, { metadata: { name }, stringData });
});
afterAll(() => world?.stop());

const STATIC = { auth: { type: 'static', username: 'user-1', password: 'a-password-for-all' } };

/** Quotes and backslashes everywhere, and line breaks where files often end with one. */
const ODD_SECRETS = {
  'odd-keys': {
    apiKey: 'API"odd\\\n',
    apiSecret: '"a\\secret\'with #odd: characters"\\\\'.replaceAll(' ', '-').concat('\n'),
  },
  'odd-relay': { type: 'static', username: 'us"er\\1', password: 'pass"word\\of-odd-characters' },
  'odd-page': { WEB_TOKEN: '"token\\of-odd-characters"\n' },
};
/** A user that no image knows, in the group of root: as OpenShift gives each namespace one. */
const USER = { podSecurityContext: { runAsUser: 1_000_650_000, runAsGroup: 0, fsGroup: 1_000_650_000 } };
const ODD = {
  agent: USER,
  livekit: { ...USER, keys: { existingSecret: 'odd-keys' } },
  turn: { auth: { type: 'static', existingSecret: 'odd-relay' } },
  web: { ...USER, token: { existingSecret: 'odd-page' } },
};

test.each([
  ['two Gateways on one ELB, all media on one UDP port', 'stunner-split', {}, ['udp-gateway', 'tcp-gateway']],
  ['one TURN password for all', 'stunner-mixed', { turn: STATIC }, [`${RELEASE}-udp`]],
  ['Secrets of odd characters, and users of the platform’s choice', 'stunner-mixed', ODD, [`${RELEASE}-udp`]],
])('%s', async (what, scenario, values, relays) => {
  const { api, edge } = world;
  const startedMs = performance.now();
  const models = { config: { openai: { baseUrl: edge.models.baseUrl } } };
  await mustDeploy(api, 'install', {
    files: [`ci/${scenario}-values.yaml`],
    values: { ...values, agent: { ...('agent' in values ? values.agent : {}), ...models } },
  });
  for (const name of relays) {
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`;
    await eventually(`the relay ${name}`, () => api.get(path), SOON_MS);
  }
  await rolledOut(api);
  const { output } = await api.helm(['test', RELEASE, '--logs', '--timeout=60s']);
  expect(output).toMatch(/^Phase: +Succeeded$/m);
  for (const port of ['3478?transport=udp', '3480?transport=tcp'])
    expect(output).toMatch(
      new RegExp(`turn:(${relays.join('|')})\\.${NAMESPACE}\\.svc:${port.replace('?', '\\?')} works`),
    );
  expect(output).not.toMatch(/^(failed|skipped) /m);
  noteTime(what, performance.now() - startedMs);
  await uninstall(api);
});
