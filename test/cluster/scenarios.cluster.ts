import { afterAll, beforeAll, expect, test } from 'vitest';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';
import { NAMESPACE } from './control-plane.ts';
import { HOST, MODELS } from './edge/edge.ts';
import { startReceiver, WEBHOOK_SECRET } from './edge/receiver.ts';
import { eventually } from './eventually.ts';
import { mustDeploy, RELEASE, uninstall } from './helm-release.ts';
import { noteTime } from './notes.ts';
import { callByPage, pageCallers } from './page-calls.ts';
import { podOf, rolledOut, shellIn } from './pods.ts';
import { startWorld, type World } from './world.ts';

// Ways to install that differ in what has to work together: each is brought up for real and checks itself.

const SOON_MS = 60_000;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  for (const [name, stringData] of Object.entries(ODD_SECRETS))
    await world.api.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, { metadata: { name }, stringData });
});
afterAll(async () => {
  await world?.stop();
  await disposeRtc();
});

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
  const models = { config: { openai: { baseUrl: edge.models.baseUrl }, agent: { overloadAt: 1 } } };
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

const QUESTION = 'Do you keep this call?';
const KEPT = ['recording.wav', 'summary.json', 'transcript.json', 'transcript.txt'];
const TOLD = ['call.ended', 'call.started', 'call.summary', 'recording.ready', 'transcript.ready'];

test('records of a call lie in the folder that the chart gives its pod, and the webhook is told of them', async () => {
  const { api, edge } = world;
  const startedMs = performance.now();
  const receiver = await startReceiver();
  const records = { transcripts: true, recording: 'on', webhookUrl: receiver.url };
  await mustDeploy(api, 'install', {
    files: ['values-cce.yaml'],
    values: {
      stunner: { cce: { elbId: 'ad1bb119-0000-0000-0000-000000aed11c' } },
      route: { host: HOST },
      networkPolicy: { recordCidrs: [`${MODELS.host}/32`] },
      agent: {
        records: { enabled: true },
        secrets: { WEBHOOK_SECRET: { value: WEBHOOK_SECRET } },
        config: { openai: { baseUrl: edge.models.baseUrl }, agent: { overloadAt: 1 }, records },
      },
    },
  });
  await rolledOut(api);
  const callers = await pageCallers(api);
  const caller = await callByPage(api, callers);
  await caller.sendChat(QUESTION);
  const isAsked = () =>
    edge.models.requests('llm').some(({ details }) => JSON.stringify(details ?? {}).includes(QUESTION));
  await eventually('the question at the model', async () => isAsked(), SOON_MS);
  await caller.waitForSpeech({ afterMs: performance.now(), timeoutMs: SOON_MS });
  await callers.leave();
  const types = () => receiver.verified.map(({ type }) => type).sort();
  await eventually('all messages', async () => types().length >= TOLD.length, SOON_MS);
  expect([types(), receiver.refused]).toEqual([TOLD, 0]);
  const pod = await podOf(api, 'agent');
  expect((await shellIn(pod, 'ls /tmp/records/calls/*')).split('\n')).toEqual(KEPT);
  expect(await shellIn(pod, 'cat /tmp/records/calls/*/transcript.txt')).toContain(QUESTION);
  await receiver.close();
  noteTime('records and webhook', performance.now() - startedMs);
  await uninstall(api);
});
