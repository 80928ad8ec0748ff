import type { ConfigProblem } from '../errors.ts';
import { servedBy } from './models.ts';
import type { Provider, Providers, Stage } from './providers/provider.ts';
import type { Config } from './schema.ts';

/** livekit-server logs an error for a shorter secret and runs on; HMAC-SHA256 wants as many bits as its digest. */
const MIN_SECRET_LENGTH = 32;

/** Whether the host of a URL or a plain host name is this machine itself. */
export function isLoopback(urlOrHost: string): boolean {
  const host = URL.canParse(urlOrHost) && urlOrHost.includes('//') ? new URL(urlOrHost).hostname : urlOrHost;
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** What is wrong with an API secret, if anything, whatever the server's address. */
export function secretProblem(secret: string): ConfigProblem | undefined {
  if (secret.length >= MIN_SECRET_LENGTH) return undefined;
  return {
    key: 'LIVEKIT_API_SECRET',
    got: `${secret.length} characters`,
    want: `at least ${MIN_SECRET_LENGTH}: make one with \`openssl rand -base64 32\` and set it in LiveKit's keys too`,
  };
}

/** What a command uses: `page` stands for LiveKit, the page and its tokens, without models and relays. */
export type Use = 'all' | 'page';

/**
 * Faults that only show when settings are seen together.
 *
 * @param broken - keys that have a problem already: they get no second one.
 */
export function checkAcrossSettings(
  config: Config,
  broken: ReadonlySet<string>,
  use: Use,
  providers: Providers,
): ConfigProblem[] {
  const secret = secretOf(config);
  return use === 'page'
    ? secret
    : [
        ...modelProblems(config, broken, providers),
        ...secret,
        ...delayProblems(config),
        ...judgeProblems(config, providers),
        ...turnProblems(config),
        ...hostProblems(config),
        ...recordProblems(config),
      ];
}

function secretOf({ livekit }: Config): ConfigProblem[] {
  if (!livekit.url || !livekit.apiSecret || isLoopback(livekit.url)) return [];
  return [secretProblem(livekit.apiSecret)].filter((problem) => problem !== undefined);
}

const ENDPOINTS: Readonly<Record<Stage, string>> = { stt: 'transcription', llm: 'chat', tts: 'speech' };

function modelProblems(config: Config, broken: ReadonlySet<string>, providers: Providers): ConfigProblem[] {
  const wanted: { key: string; value: unknown; want: string }[] = [];
  for (const stage of ['stt', 'llm', 'tts'] as const) {
    const name = config[stage].provider;
    // A name that is no provider's is a problem already.
    if (broken.has(`${stage.toUpperCase()}_PROVIDER`) || !providers[name]) continue;
    const { plugin, wire, own } = servedBy(config, stage, providers);
    const want = `the ${ENDPOINTS[stage]} endpoint's base URL, or OPENAI_BASE_URL for all three`;
    if (plugin || wire) wanted.push(...needsOf(providers[name], own));
    else wanted.push({ key: `${stage.toUpperCase()}_BASE_URL`, value: config[stage].baseUrl, want });
  }
  const isNew = (key: string, at: number) => wanted.findIndex((other) => other.key === key) === at;
  const missing = wanted.filter(
    ({ key, value }, at) => !value && isNew(key, at) && !broken.has(key) && !broken.has('OPENAI_BASE_URL'),
  );
  return [
    ...missing.map(({ key, want }) => ({ key, got: '(not set)', want })),
    ...modeProblems(config, providers),
    ...listProblems(config, providers),
  ];
}

function needsOf({ settings, needs = {} }: Provider, own: Readonly<Record<string, unknown>>) {
  return Object.entries(needs).map(([key, want = '']) => ({
    key: settings[key]?.env ?? key,
    value: own[key],
    want,
  }));
}

/** What a plugin serves, it serves alone; each endpoint of a list is one that our own clients speak to. */
function listProblems(config: Config, providers: Providers): ConfigProblem[] {
  return (['stt', 'llm', 'tts'] as const).flatMap((stage) => {
    const { provider, endpoints = [] } = config[stage];
    const name = stage.toUpperCase();
    const canServe = (one: string) => providers[one]?.[stage] && !providers[one][stage].plugin;
    if (!canServe(provider) && endpoints.length > 0) {
      const want = `none: ${provider} is not spoken to by the OpenAI-compatible API`;
      return [{ key: `${name}_ENDPOINTS`, got: `${endpoints.length} endpoints`, want }];
    }
    return endpoints.flatMap((one, index) => {
      if (one.provider === undefined || canServe(one.provider)) return [];
      const want = `one of ${Object.keys(providers).filter(canServe).join(', ')}`;
      return [{ key: `${name}_PROVIDER_${index + 2}`, got: one.provider, want }];
    });
  });
}

function modeProblems(config: Config, providers: Providers): ConfigProblem[] {
  const { provider, mode } = config.stt;
  const { plugin, wire } = { ...providers[provider]?.stt, wire: providers[provider]?.wire };
  if ((!plugin && !wire) || mode === 'batch') return [];
  const want = `batch, or not set: the modes are for the OpenAI-compatible API, ${provider} has a way of its own`;
  return [{ key: 'STT_MODE', got: mode, want }];
}

function delayProblems({ turn }: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const delays = [
    ['ENDPOINTING_MIN_MS', turn.minEndpointingMs],
    ['ENDPOINTING_STATEMENT_MS', turn.statementEndpointingMs],
    ['ENDPOINTING_MAX_MS', turn.maxEndpointingMs],
  ] as const;
  for (const [i, [key, ms]] of delays.entries()) {
    const [lower, lowerMs] = delays[i - 1] ?? [key, 0];
    if (ms < lowerMs) problems.push({ key, got: String(ms), want: `at least ${lower} (${lowerMs})` });
  }
  return problems;
}

/** The model is asked before a turn ends, by our own request, for turns that we end. */
function judgeProblems(config: Config, providers: Providers): ConfigProblem[] {
  if (!config.llm.judgesTurns) return [];
  const plugin = (['stt', 'llm'] as const).find(
    (stage) => providers[config[stage].provider]?.[stage]?.plugin,
  );
  const got = plugin
    ? `true with ${plugin.toUpperCase()}_PROVIDER=${config[plugin].provider}`
    : `true with SPECULATION=${config.turn.speculation}`;
  if (!plugin && config.turn.speculation === 'answer') return [];
  return [
    { key: 'LLM_JUDGES_TURNS', got, want: 'false, or SPECULATION=answer and no plugin for STT and LLM' },
  ];
}

/** Without `HOSTS` there are as many as `MAX_CALLS` needs. */
function hostProblems({ agent }: Config): ConfigProblem[] {
  const { hosts, callsPerHost, maxCalls } = agent;
  if (hosts === undefined || !callsPerHost || hosts * callsPerHost >= maxCalls) return [];
  const got = `${hosts}, with CALLS_PER_HOST=${callsPerHost} room for ${hosts * callsPerHost} calls`;
  const want = `at least ${Math.ceil(maxCalls / callsPerHost)} for MAX_CALLS=${maxCalls}, or not set`;
  return [{ key: 'HOSTS', got, want }];
}

/** All that is kept stands in one folder, also what waits to be sent elsewhere. */
function recordProblems({ records }: Config): ConfigProblem[] {
  const { dir, transcripts, recording, webhookUrl, webhookSecret, s3Bucket } = records;
  const { s3AccessKeyId, s3SecretAccessKey, redact, redactPatterns } = records;
  const want = 'RECORDS_DIR with it: the folder in which records are kept until they are delivered';
  const needFolder = [
    ['TRANSCRIPTS', transcripts],
    ['RECORDING', recording !== 'off'],
    ['WEBHOOK_URL', webhookUrl],
    ['S3_BUCKET', s3Bucket],
  ] as const;
  const pairs = [
    ['WEBHOOK_URL', webhookUrl, 'WEBHOOK_SECRET', webhookSecret],
    ['S3_BUCKET', s3Bucket, 'AWS_ACCESS_KEY_ID', s3AccessKeyId],
    ['S3_BUCKET', s3Bucket, 'AWS_SECRET_ACCESS_KEY', s3SecretAccessKey],
  ] as const;
  const isRedacted = (redact?.length ?? 0) + (redactPatterns?.length ?? 0) > 0;
  return [
    ...needFolder.flatMap(([key, isSet]) =>
      isSet && !dir ? [{ key, got: 'it without a folder', want }] : [],
    ),
    ...pairs.flatMap(([key, value, other, otherValue]) =>
      value && !otherValue ? [{ key: other, got: '(not set)', want: `its value, as ${key} is set` }] : [],
    ),
    ...(isRedacted && recording !== 'off'
      ? [
          {
            key: 'RECORDING',
            got: `${recording} with redaction`,
            want: 'off, or neither REDACT nor REDACT_PATTERNS: the sound would say what the text leaves out',
          },
        ]
      : []),
  ];
}

/** A TURN server takes either kind of credentials, so which one is meant has to be clear. */
function turnProblems({ check }: Config): ConfigProblem[] {
  const { turnUrls, turnSecret, turnUsername, turnPassword } = check;
  if (!turnUrls?.length) return [];
  const pair = [turnUsername, turnPassword].filter(Boolean).length;
  if (turnSecret ? pair === 0 : pair === 2) return [];
  const found = { TURN_SECRET: turnSecret, TURN_USERNAME: turnUsername, TURN_PASSWORD: turnPassword };
  const set = Object.entries(found).flatMap(([name, value]) => (value ? [name] : []));
  return [
    {
      key: 'TURN_URLS',
      got: set.length > 0 ? `it with ${set.join(' and ')}` : 'it without credentials',
      want: 'TURN_SECRET alone (ephemeral credentials), or TURN_USERNAME with TURN_PASSWORD (static)',
    },
  ];
}
