import { z } from 'zod';
import { agent } from './agent-settings.ts';
import { moreEndpoints } from './endpoint-list.ts';
import { metrics } from './metrics-settings.ts';
import { choiceOf, groupsOf } from './providers/choice.ts';
import type { SettingGroup, Values } from './providers/provider.ts';
import { PROVIDERS } from './providers/table.ts';
import { proxy } from './proxy-settings.ts';
import { records } from './records-settings.ts';
import { deadlines, setting, streamDeadlines, wireExtras } from './setting.ts';
import { sipTarget } from './sip-target.ts';
import { trace } from './trace-settings.ts';
import { count, durationMs, flag, httpUrl, oneOf, redisUrl, text, turnUrls, wsUrl } from './types.ts';
import { web } from './web-settings.ts';

/**
 * Every setting of the program, by group. Types, the README's table, error texts and the redacted dump are
 * derived from it; nothing else may name an environment variable.
 */
export const settings = {
  livekit: {
    url: setting('LIVEKIT_URL', wsUrl, 'LiveKit server, as this process reaches it'),
    publicUrl: setting('LIVEKIT_PUBLIC_URL', wsUrl, 'LiveKit server, as browsers reach it', {
      fallback: 'LIVEKIT_URL',
    }),
    apiKey: setting('LIVEKIT_API_KEY', text, 'LiveKit API key', { secret: true }),
    apiSecret: setting(
      'LIVEKIT_API_SECRET',
      text,
      'LiveKit API secret, at least 32 characters unless `LIVEKIT_URL` is on loopback',
      { secret: true },
    ),
    iceTransport: setting(
      'RTC_ICE_TRANSPORT',
      oneOf(['all', 'relay'], 'all'),
      'ICE candidates of the worker: `relay` for one outside the private network',
    ),
  },
  agent,
  ...groupsOf(PROVIDERS),
  stt: {
    ...choiceOf('stt', PROVIDERS, 'Who transcribes'),
    baseUrl: setting('STT_BASE_URL', httpUrl.optional(), 'Transcription endpoint', {
      fallback: 'OPENAI_BASE_URL',
    }),
    apiKey: setting('STT_API_KEY', text.optional(), 'Its key', { fallback: 'OPENAI_API_KEY', secret: true }),
    endpoints: moreEndpoints('stt'),
    language: setting('STT_LANGUAGE', text.optional(), 'Language code; not set lets the model detect it'),
    mode: setting(
      'STT_MODE',
      oneOf(['batch', 'sse', 'realtime'], 'batch'),
      'Each utterance as a file, its text whole (`batch`) or streamed (`sse`); or sound as it is spoken (`realtime`, a WebSocket)',
    ),
    ...wireExtras('STT'),
    ...deadlines('STT', 10_000),
  },
  llm: {
    ...choiceOf('llm', PROVIDERS, 'Who answers'),
    baseUrl: setting('LLM_BASE_URL', httpUrl.optional(), 'Chat endpoint', { fallback: 'OPENAI_BASE_URL' }),
    apiKey: setting('LLM_API_KEY', text.optional(), 'Its key', { fallback: 'OPENAI_API_KEY', secret: true }),
    endpoints: moreEndpoints('llm'),
    temperature: setting(
      'LLM_TEMPERATURE',
      z.coerce.number().min(0).max(2).optional(),
      'Its temperature; a prompt file can override it',
    ),
    historyTokens: setting(
      'LLM_HISTORY_TOKENS',
      z.coerce.number({ error: 'a whole number' }).int('a whole number').min(500).max(10_000_000).optional(),
      'Longest conversation that it is sent, in tokens, with the instructions: from nine tenths on the oldest exchanges are left out, down to six; not set: what fits the model, where its server tells, else 8000. Ollama does not tell, and cuts without a word: set it below its `num_ctx`',
    ),
    prime: setting(
      'LLM_PRIME',
      flag(true),
      'Have the model read the instructions when a call starts, so that its first answer need not wait for that',
    ),
    judgesTurns: setting(
      'LLM_JUDGES_TURNS',
      flag(false),
      'Have the model say by a mark before each answer, which nobody hears, whether the caller has finished: then the turn ends after `ENDPOINTING_MIN_MS`, else after `ENDPOINTING_MAX_MS`; a model that writes none in 3 of its first 5 answers is not asked any more. On trial; needs `SPECULATION=answer`, the default',
    ),
    ...wireExtras('LLM'),
    ...streamDeadlines('LLM', 10_000),
  },
  tts: {
    ...choiceOf('tts', PROVIDERS, 'Who speaks'),
    baseUrl: setting('TTS_BASE_URL', httpUrl.optional(), 'Speech endpoint', { fallback: 'OPENAI_BASE_URL' }),
    apiKey: setting('TTS_API_KEY', text.optional(), 'Its key', { fallback: 'OPENAI_API_KEY', secret: true }),
    endpoints: moreEndpoints('tts'),
    voice: setting('TTS_VOICE', text.default('alloy'), 'Its voice, any name; a prompt file can override it'),
    format: setting(
      'TTS_FORMAT',
      oneOf(['pcm', 'wav'], 'pcm'),
      'What it is asked for; `wav` for a server whose PCM is not 24 kHz and does not say so',
    ),
    speed: setting('TTS_SPEED', z.coerce.number().min(0.25).max(4).optional(), 'Its speed, 1 is normal'),
    firstChunkWords: setting(
      'TTS_FIRST_CHUNK_WORDS',
      count(6, 2, 40),
      'Words of an answer that are spoken first, at most, when no clause ends before',
    ),
    aheadMs: setting(
      'TTS_AHEAD_MS',
      durationMs(5000, 500),
      'No more speech is asked for while so much waits to be played',
    ),
    cache: setting(
      'TTS_CACHE',
      flag(true),
      'Keep the sound of the fixed phrases of prompts, beyond the worker’s end: greeting, fillers, apology, good-bye',
    ),
    cacheDir: setting(
      'TTS_CACHE_DIR',
      text.optional(),
      'Folder in which they are kept, 64 MB at most, which workers may share; not set: the temporary folder',
    ),
    ...wireExtras('TTS'),
    ...streamDeadlines('TTS', 5000),
  },
  turn: {
    vad: setting('VAD_PROVIDER', oneOf(['bundled', 'silero'], 'bundled'), 'Voice activity detector'),
    detection: setting(
      'TURN_DETECTION',
      oneOf(['learned', 'words', 'vad', 'model'], 'learned'),
      'What ends a turn: silence, the shorter the more finished its words and sound seem by what was learned of many (`learned`), longer while lists call the words unfinished (`words`) or, in languages that the on-device model knows, they sound so too (`model`); silence alone (`vad`)',
    ),
    minEndpointingMs: setting(
      'ENDPOINTING_MIN_MS',
      durationMs(520, 0),
      'Silence that ends a turn whose answer is ready: before that, waiting for more costs nothing',
    ),
    statementEndpointingMs: setting(
      'ENDPOINTING_STATEMENT_MS',
      durationMs(780, 0),
      'Silence that ends a turn, ready or not; also after a statement, which often leads up to a request',
      { formerly: { env: 'ENDPOINTING_TOLD_MS', path: 'turn.toldEndpointingMs' } },
    ),
    unsureEndpointingMs: setting(
      'ENDPOINTING_UNSURE_MS',
      durationMs(1080, 0),
      'The same with `TURN_DETECTION=learned` where it cannot tell whether the caller has finished; less, the surer it is, and never below ENDPOINTING_STATEMENT_MS',
    ),
    maxEndpointingMs: setting(
      'ENDPOINTING_MAX_MS',
      durationMs(1500),
      'The same while the words, or the turn model, say that more is to come',
    ),
    speculation: setting(
      'SPECULATION',
      oneOf(['answer', 'transcript', 'off'], 'answer'),
      'How far work runs ahead of the end of a turn, from its first short pause on',
    ),
    speculateAfterMs: setting('SPECULATION_PAUSE_MS', durationMs(66, 30), 'Pause at which it starts'),
    patientAfterMs: setting(
      'SPECULATION_PATIENT_MS',
      durationMs(200, 30),
      'The same with a caller who often goes on after such a pause',
    ),
    speculationSlowMs: setting(
      'SPECULATION_SLOW_MS',
      durationMs(1500),
      'Average answer time of an endpoint from which on it is asked only for what is surely needed',
    ),
    bargeInAfterMs: setting(
      'BARGE_IN_MS',
      durationMs(90, 30),
      'Speech over the agent before it falls silent to listen; it goes on when nothing of substance was said',
    ),
    bargeInHoldMs: setting(
      'BARGE_IN_HOLD_MS',
      durationMs(2000, 200),
      'Longest silence of the agent for speech over it that brings no words, such as a television’s; then it goes on, and only words stop it',
    ),
    maxTurnMs: setting(
      'MAX_TURN_MS',
      durationMs(60_000, 1000),
      'Longest turn of a caller: then what was said is answered, though they have not stopped. Four in a row, such as a television’s, end the call',
    ),
    aecWarmupMs: setting(
      'AEC_WARMUP_MS',
      durationMs(0, 0),
      'Deaf time at the start of a call for echo cancellers; 0 lets callers interrupt the greeting',
    ),
  },
  web,
  phone: {
    setup: setting(
      'PHONE_SETUP',
      text.optional(),
      'File with the trunks and numbers of phones, as `sip apply` takes it: calls are placed and transferred only to numbers that an outbound trunk of it allows; not set: to none',
    ),
  },
  check: {
    readyUrls: setting(
      'CHECK_READY_URLS',
      text.default(''),
      'For `check`: `/readyz` URLs of workers and pages, by comma',
    ),
    metricsUrls: setting(
      'CHECK_METRICS_URLS',
      text.default(''),
      'For `check`: metrics of LiveKit servers, by comma, such as `http://livekit:6789/metrics`',
    ),
    redisUrl: setting(
      'CHECK_REDIS_URL',
      redisUrl.optional(),
      'For `check`: the Redis of LiveKit, such as `redis://:password@redis:6379`',
      { secret: true },
    ),
    sipUrl: setting(
      'CHECK_SIP_URL',
      sipTarget.optional(),
      'For `check`: the SIP service, and a number whose agent it calls, such as `sip:+60312345678@10.65.177.20:5060`',
    ),
    sipFrom: setting('CHECK_SIP_FROM', text.default('check'), 'For `check`: the number that it calls from'),
    turnUrls: setting(
      'TURN_URLS',
      turnUrls,
      'For `check`: TURN servers as LiveKit names them to clients, by comma, such as `turn:10.0.0.4:3478?transport=udp`',
    ),
    turnSecret: setting(
      'TURN_SECRET',
      text.optional(),
      'Secret that their ephemeral credentials are made with',
      { secret: true },
    ),
    turnUsername: setting('TURN_USERNAME', text.optional(), 'Static credentials in its place', {
      secret: true,
    }),
    turnPassword: setting('TURN_PASSWORD', text.optional(), 'The other half of them', { secret: true }),
  },
  records,
  proxy,
  trace,
  metrics,
  log: {
    level: setting(
      'LOG_LEVEL',
      oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'info'),
      'Least severe line that is written',
    ),
    pii: setting('LOG_PII', flag(false), 'Write transcripts, names and numbers at info too'),
  },
} as const satisfies Record<string, SettingGroup>;

/** The validated configuration: fully resolved, frozen, by group. */
export type Config = { readonly [G in keyof typeof settings]: Values<(typeof settings)[G]> };
