import { expect, test } from 'vitest';
import { refusal, render } from './chart.ts';
import { allEmptied } from './emptied.ts';

const STUNNER = { turn: { provider: 'stunner', host: '10.65.176.54' } };
const MODELS = { agent: { config: { openai: { baseUrl: 'http://gpu-host:8000/v1' } } } };

const PEERS = { peerCidrs: ['10.244.0.0/24'] };

/** Sentences of a refusal by the guards, without Helm's frame. */
const sentences = async (rendering: Parameters<typeof refusal>[0]) =>
  (await refusal(rendering)).split('\n').flatMap((line) => line.match(/^ {2}- (.*)/)?.slice(1) ?? []);

test.each([
  [{ agent: { replics: 2 } }, "at '/agent': additional properties 'replics' not allowed"],
  [{ agnt: {} }, "additional properties 'agnt' not allowed"],
  [
    { agent: { config: { stt: { modle: 'x' } } } },
    "at '/agent/config/stt': additional properties 'modle' not allowed",
  ],
  [
    { agent: { config: { openai: { apiKey: 'x' } } } },
    "at '/agent/config/openai': additional properties 'apiKey' not allowed",
  ],
  [{ agent: { config: { agent: { healthPort: 1 } } } }, "additional properties 'healthPort' not allowed"],
  [{ agent: { config: { tts: { provider: 'festival' } } } }, "value must be one of 'openai', 'deepgram'"],
  [{ agent: { config: { agent: { maxCallMs: null } } } }, "missing property 'maxCallMs'"],
  [
    { agent: { secrets: { OPENAI_APIKEY: { value: 'x' } } } },
    "additional properties 'OPENAI_APIKEY' not allowed",
  ],
  [{ agent: { replicas: 'two' } }, "at '/agent/replicas': got string, want integer"],
  [
    { livekit: { config: { rtc: { node_ip: '10.0.0.1' } } } },
    "at '/livekit/config/rtc': additional properties 'node_ip' not allowed",
  ],
  [
    { livekit: { config: { rtc: { turn_servers: [] } } } },
    "at '/livekit/config/rtc': additional properties 'turn_servers' not allowed",
  ],
  [{ turn: { provider: 'stuner' } }, "value must be one of 'none', 'stunner', 'coturn', 'external'"],
  [
    { turn: { auth: { ttlSeconds: 90_000 } } },
    "at '/turn/auth/ttlSeconds': maximum: got 90,000, want 86,400",
  ],
  [{ route: { parentRefs: [{ nmae: 'x' }] } }, "at '/route/parentRefs/0'"],
])('the schema refuses %j, and says where', async (values, sentence) => {
  expect(await refusal({ values })).toContain(sentence);
});

test.each([
  [
    { turn: { ...STUNNER.turn, auth: { ttlSeconds: 600 } } },
    /^turn\.auth\.ttlSeconds is 600, and calls last up to 3600 s .*: raise it to 3600 or more/,
  ],
  [
    { ...STUNNER, agent: { config: { ...MODELS.agent.config, records: { transcripts: true } } } },
    /^agent\.config\.records keeps something of calls: set agent\.records\.enabled/,
  ],
  [{ turn: { provider: 'stunner' } }, /^turn\.provider is "stunner": set turn\.host to /],
  [{ turn: { ...STUNNER.turn, udpPort: 0, tcpPort: 0 } }, /^turn has no open door: set /],
  [
    { turn: { ...STUNNER.turn, tlsPort: 443 } },
    /^turn\.tlsPort is for coturn and external relays: set it to 0/,
  ],
  [
    { coturn: PEERS, turn: { provider: 'coturn', host: 'a', tlsPort: 443 } },
    /: give the certificate in coturn\.tlsSecret/,
  ],
  [
    { coturn: PEERS, turn: { provider: 'coturn', host: 'a', tcpPort: 0 } },
    /^coturn needs a TCP door for its probes: set /,
  ],
  [
    { ...STUNNER, stunner: { annotations: { 'stunner.l7mp.io/enable-mixed-protocol-lb': 'false' } } },
    /: remove that annotation, or set stunner\.layout to "split"\.$/,
  ],
  [
    { ...STUNNER, stunner: { gatewayClass: { create: false } } },
    /: set stunner\.gatewayClass\.name to the one to use\.$/,
  ],
  [
    { ...STUNNER, stunner: { dataplane: { create: false } } },
    /: set stunner\.dataplane\.name to the one to use/,
  ],
  [
    {
      ...STUNNER,
      livekit: { enabled: false, keys: { existingSecret: 'a' } },
      agent: { enabled: false },
      web: { enabled: false },
    },
    /: set stunner\.backend\.name to the Service/,
  ],
  [{ livekit: { replicas: 2 } }, /^livekit\.replicas is 2: set redis\.address, .*, or set replicas to 1\.$/],
  [
    { networkPolicy: { enabled: true }, ...MODELS },
    /knows no names such as gpu-host: give the networks of the models in networkPolicy\.modelCidrs/,
  ],
  [
    { redis: { address: 'redis:6379', clusterAddresses: ['redis:6379'] } },
    /^redis has several places: keep one of bundled\.enabled, address, sentinel\.addresses and clusterAddresses\.$/,
  ],
  [
    { redis: { sentinel: { addresses: ['a:1'] } } },
    /^redis\.sentinel is half given: set masterName and addresses/,
  ],
  [{ livekit: { media: { portRangeStart: 50_000, portRangeEnd: 40_000 } } }, /: give a range, such as /],
  [
    { livekit: { enabled: false, keys: { existingSecret: 'a' } } },
    /: set agent\.config\.livekit\.url to the server to use/,
  ],
  [
    { livekit: { enabled: false }, agent: { config: { livekit: { url: 'ws://a' } } } },
    /: give that server's API keys in livekit\.keys\.existingSecret/,
  ],
  [
    { agent: { config: { livekit: { url: 'ws://a' } } } },
    /: remove the URL to use this chart's LiveKit, or set livekit\.enabled to false\.$/,
  ],
  [{ route: { enabled: true, parentRefs: [{ name: 'a' }] } }, /^route\.enabled is true: set route\.host/],
  [{ route: { enabled: true, host: 'a.example.com' } }, /^route\.enabled is true: set route\.parentRefs/],
  [{ prompts: { existingConfigMap: 'a', files: { 'default.md': 'b' } } }, /^prompts has two sources: keep /],
  [
    { prompts: { files: { 'phone.md': 'b' } } },
    /^prompts\.files has no default\.md: add it, or name another one/,
  ],
  [
    { agent: { autoscaling: { enabled: true }, keda: { enabled: true, prometheusUrl: 'http://a' } } },
    /: keep one, they would fight/,
  ],
  [{ agent: { keda: { enabled: true } } }, /: set agent\.keda\.prometheusUrl/],
  [
    { agent: { autoscaling: { minReplicas: 9 } } },
    /^agent\.autoscaling\.minReplicas is above maxReplicas: lower it\.$/,
  ],
])('%j is refused with one sentence that says what to do', async (values, sentence) => {
  expect(await sentences({ values })).toEqual([expect.stringMatching(sentence)]);
});

test('several faults are said at once', async () => {
  const said = await sentences({
    values: { livekit: { replicas: 2 }, turn: { provider: 'stunner' }, route: { enabled: true } },
  });
  expect(said).toHaveLength(4);
});

test('missing custom definitions are a fault only where there is a cluster to miss them', async () => {
  const values = { ...STUNNER, ...MODELS, monitoring: { enabled: true } };
  await expect(render({ values })).resolves.not.toEqual([]);
  const said = await sentences({
    values,
    apiVersions: ['v1/Secret', 'gateway.networking.k8s.io/v1/Gateway'],
  });
  expect(said).toEqual([
    expect.stringMatching(
      /^The cluster has no stunner\.l7mp\.io\/v1\/UDPRoute, [^:]*Dataplane: install the STUNner gateway operator \(helm .*\), or /,
    ),
    expect.stringMatching(
      /^The cluster has no monitoring\.coreos\.com\/v1\/PodMonitor, .*: install the Prometheus operator, or set monitoring\.enabled=false\.$/,
    ),
  ]);
  expect(said[0]).not.toContain('v1/Gateway,');
});

test('an installation without endpoints is refused, a rendering is not', async () => {
  await expect(render({})).resolves.not.toEqual([]);
  const apiVersions = ['v1/Secret'];
  expect(await sentences({ apiVersions })).toEqual([
    expect.stringMatching(
      /^agent\.config names no endpoint for stt, llm, tts: set agent\.config\.openai\.baseUrl, /,
    ),
  ]);
  const values = { agent: { config: { stt: { provider: 'deepgram' }, tts: { baseUrl: 'http://tts/v1' } } } };
  expect(await sentences({ values, apiVersions })).toEqual([
    expect.stringContaining('no endpoint for llm: '),
  ]);
  await expect(render({ values: MODELS, apiVersions })).resolves.not.toEqual([]);
});

test('whatever the schema does not require can be null, all of it at once', async () => {
  const values = await allEmptied();
  const nulls = JSON.stringify(values).match(/:null/g) ?? [];
  expect(nulls.length).toBeGreaterThan(50);
  const manifests = await render({ values });
  expect(manifests.length).toBeGreaterThan(25);
  expect(await refusal({ values: { agent: { autoscaling: null } } })).toContain(
    "missing property 'autoscaling'",
  );
});
