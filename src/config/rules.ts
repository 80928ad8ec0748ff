import type { ConfigProblem } from '../errors.ts';
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
 * @param broken - keys already reported: nothing is said twice.
 */
export function checkAcrossSettings(config: Config, broken: ReadonlySet<string>, use: Use): ConfigProblem[] {
  const secret = secretOf(config);
  return use === 'page'
    ? secret
    : [
        ...modelProblems(config, broken),
        ...secret,
        ...delayProblems(config),
        ...turnProblems(config),
        ...hostProblems(config),
      ];
}

function secretOf({ livekit }: Config): ConfigProblem[] {
  if (!livekit.url || !livekit.apiSecret || isLoopback(livekit.url)) return [];
  return [secretProblem(livekit.apiSecret)].filter((problem) => problem !== undefined);
}

function modelProblems({ stt, llm, tts, deepgram }: Config, broken: ReadonlySet<string>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const need = (key: string, value: unknown, want: string) => {
    if (!value && !broken.has(key) && !broken.has('OPENAI_BASE_URL'))
      problems.push({ key, got: '(not set)', want });
  };
  const anEndpoint = (name: string) => `the ${name} endpoint's base URL, or OPENAI_BASE_URL for all three`;
  if (stt.provider === 'openai') need('STT_BASE_URL', stt.baseUrl, anEndpoint('transcription'));
  need('LLM_BASE_URL', llm.baseUrl, anEndpoint('chat'));
  if (tts.provider === 'openai') need('TTS_BASE_URL', tts.baseUrl, anEndpoint('speech'));
  if (stt.provider === 'deepgram' || tts.provider === 'deepgram') {
    need('DEEPGRAM_API_KEY', deepgram.apiKey, "Deepgram's key");
    need(
      'DEEPGRAM_BASE_URL',
      deepgram.baseUrl,
      "Deepgram's base URL; calls never leave for the cloud by default",
    );
  }
  if (stt.provider === 'deepgram' && stt.mode !== 'batch') {
    const want = 'batch, or not set: the modes are for STT_PROVIDER=openai, Deepgram always streams';
    problems.push({ key: 'STT_MODE', got: stt.mode, want });
  }
  return problems;
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

/** Without `HOSTS` there are as many as `MAX_CALLS` needs. */
function hostProblems({ agent }: Config): ConfigProblem[] {
  const { hosts, callsPerHost, maxCalls } = agent;
  if (hosts === undefined || !callsPerHost || hosts * callsPerHost >= maxCalls) return [];
  const got = `${hosts}, with CALLS_PER_HOST=${callsPerHost} room for ${hosts * callsPerHost} calls`;
  const want = `at least ${Math.ceil(maxCalls / callsPerHost)} for MAX_CALLS=${maxCalls}, or not set`;
  return [{ key: 'HOSTS', got, want }];
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
