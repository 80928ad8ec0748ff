import { expect, test } from 'vitest';
import type { EndpointFailure } from '../../src/errors.ts';
import { BAD_ANSWERS, type BadAnswer } from '../helpers/bad-answers.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { BODY_ROUTES, type BodyRoute, KEY, ROUTES, type RouteName } from '../helpers/model-routes.ts';
import { useRawServer } from '../helpers/raw-server.ts';

const server = useRawServer();
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };

interface Told {
  failure: EndpointFailure;
  status?: number;
  /** In its message. */
  says: RegExp;
  /** In its hint. */
  cure: RegExp;
  /** The deadline that ends it. */
  afterMs?: number;
  /** Another try may succeed, though this failure is otherwise final. */
  isPassing?: boolean;
}
/** What becomes of it on each route: an error, or, where it is `taken`, what was made of it. */
type Expected = Told & { but?: Partial<Record<BodyRoute, Partial<Told> | { taken: string }>> };

/** A server may have no list of models. */
const NO_ROUTE = { models: { taken: 'none' } };
const [TRANSCRIPT, LIST, SOUND] = [/answered no transcript/, /answered no list/, /answered (text|no audio)/];
/** Answers with status 200 that are none. */
const none = (chat: RegExp): Expected => ({
  ...{ failure: 'invalid', says: TRANSCRIPT, cure: /check the model/ },
  but: {
    chat: { says: chat, cure: /stream: true/ },
    speech: { says: SOUND, cure: /response_format/ },
    models: { says: LIST, cure: /check the base URL/ },
  },
});
const tooMuch: Expected = {
  ...{ failure: 'invalid', says: /more than 1048576 (bytes|characters)/, cure: /base URL/ },
  but: { speech: { says: /answered text/, cure: /response_format/ } },
};
const BASE_URL = /check the base URL/;
const compressed: Expected = { failure: 'invalid', says: /content-encoding gzip/, cure: /turn it off/ };
const slow: Expected = {
  ...{ failure: 'first-byte', says: /no answer within 5000 ms/, cure: /FIRST_BYTE_TIMEOUT_MS/ },
  afterMs: 5000,
};
const noEvents = /with (nothing|no event stream)/;
const broken = (says: RegExp): Expected => ({ failure: 'invalid', says, cure: /not HTTP|proxy/ });

const EXPECTED: Record<keyof typeof BAD_ANSWERS, Expected> = {
  '401': { failure: 'status', status: 401, says: /Incorrect API key provided: …/, cure: /API_KEY/ },
  '404': { failure: 'status', status: 404, says: /404: Not Found/, cure: BASE_URL, but: NO_ROUTE },
  '404 page': { failure: 'status', status: 404, says: /404 Not Found/, cure: BASE_URL, but: NO_ROUTE },
  '405': { failure: 'status', status: 405, says: /Method Not Allowed/, cure: BASE_URL, but: NO_ROUTE },
  '429': { failure: 'status', status: 429, says: /429 \(asks to wait 1 s\): Rate limit/, cure: /quota/ },
  '429 long': { failure: 'status', status: 429, says: /asks to wait 3600 s/, cure: /quota/ },
  '500': { failure: 'status', status: 500, says: /Internal error/, cure: /its own log/ },
  '503': { failure: 'status', status: 503, says: /asks to wait 5 s\): Loading/, cure: /loading/ },
  '503 endless': { failure: 'status', status: 503, says: /answered 503: y+…$/, cure: /overloaded/ },
  'slow first byte': slow,
  'slow after headers': slow,
  'stall in the middle': {
    ...{ failure: 'stall', says: /timed out: .* within 4000 ms/, cure: /STALL_TIMEOUT_MS/ },
    afterMs: 4000,
  },
  truncated: { failure: 'stall', says: /cut off after \d+ bytes/, cure: /its log/ },
  'closed at once': { failure: 'first-byte', says: /closed before an answer/, cure: /its log/ },
  'no HTTP': broken(/not HTTP: Parse Error/),
  'binary garbage': {
    ...none(/no event stream: \(no text\)/),
    // Bare samples have no mark of their own.
    but: { ...none(noEvents).but, speech: { taken: '1500 samples' } },
  },
  'web page': {
    failure: 'invalid',
    isPassing: true,
    says: /200 with a web page: Please log in/,
    cure: /web site|proxy/,
  },
  'JSON error': none(/with no event stream: model small is not loaded/),
  'empty body': none(/200 with nothing/),
  'no content': none(/204 with nothing/),
  redirect: { failure: 'status', status: 302, says: /redirects to .*\/v1\/loop\)/, cure: /base URL/ },
  'endless body': tooMuch,
  'endless event': tooMuch,
  'endless comments': tooMuch,
  'endless sound': {
    ...tooMuch,
    but: { speech: { says: /more than 53 s of sound/, cure: /speaks without end/ } },
  },
  'gzip bomb': compressed,
  'gzip of a good answer': compressed,
  'deep JSON': none(/no event stream/),
  'invalid UTF-8': {
    ...none(/no event stream/),
    but: { ...none(noEvents).but, 'stt batch': { taken: '���' }, 'stt sse': { taken: '���' } },
  },
  'headers without end': broken(/Header overflow/),
  'two lengths': broken(/Content-Length/),
  'chunk of no length': broken(/Parse Error/),
  'endless trailers': broken(/Parse Error/),
  'endless 1xx': slow,
  'MP3 for PCM': {
    ...none(noEvents),
    but: { ...none(noEvents).but, speech: { says: /answered MP3/, cure: /response_format/ } },
  },
  'WAV of 1 Hz': {
    ...none(noEvents),
    but: { ...none(noEvents).but, speech: { says: /audio of 1 Hz/, cure: /response_format/ } },
  },
  'WAV of 60 channels': {
    ...none(noEvents),
    but: { ...none(noEvents).but, speech: { says: /with 60 channels/, cure: /response_format/ } },
  },
};

const RETRIED: readonly (EndpointFailure | number)[] = ['connect', 'first-byte', 'stall', 429, 500, 503];

test.for(Object.entries<BadAnswer>(BAD_ANSWERS))(
  '%s: each route ends soon, takes little, and says what to do',
  { timeout: 30_000 },
  async ([name, bad]) => {
    const { but = {}, ...usual } = EXPECTED[name as keyof typeof BAD_ANSWERS];
    for (const route of BODY_ROUTES) {
      const clock = manualClock();
      const arrived = server.next(bad(route));
      const ended = ROUTES[route].ask({ baseUrl: server.baseUrl, deadlines, clock });
      const told = { ...usual, ...but[route] };
      if (told.afterMs !== undefined) {
        await arrived;
        await clock.waitsFor(told.afterMs);
        clock.advance(told.afterMs);
      }
      if ('taken' in told) expect(await ended, route).toBe(told.taken);
      else expectTold(await endpointFailure(ended), route, told);
      expect(server.sentBytes(), `${route}: bytes that the server could send`).toBeLessThan(64 * 1_048_576);
    }
  },
);

/** The request for a WebSocket, answered so. */
const UPGRADES: Partial<Record<keyof typeof BAD_ANSWERS, Told>> = {
  '401': { failure: 'status', status: 401, says: /API key provided: …/, cure: /STT_API_KEY/ },
  '404': { failure: 'status', status: 404, says: /Not Found/, cure: /STT_MODE=batch or sse/ },
  '429 long': { failure: 'status', status: 429, says: /asks to wait 3600 s/, cure: /quota/ },
  '500': { failure: 'status', status: 500, says: /Internal error/, cure: /its own log/ },
  '503': { failure: 'status', status: 503, says: /Loading/, cure: /loading/ },
  '503 endless': { failure: 'status', status: 503, says: /answered 503/, cure: /overloaded/ },
  'web page': { failure: 'status', status: 200, says: /Please log in/, cure: /no WebSocket/ },
  'empty body': { failure: 'status', status: 200, says: /answered 200/, cure: /no WebSocket/ },
  'endless body': { failure: 'status', status: 200, says: /answered 200/, cure: /no WebSocket/ },
  'gzip bomb': { failure: 'status', status: 200, says: /no text/, cure: /no WebSocket/ },
  redirect: { failure: 'status', status: 302, says: /redirects to/, cure: /base URL/ },
  'closed at once': { failure: 'connect', says: /socket hang up/, cure: /its log/ },
  'no HTTP': { failure: 'connect', says: /Parse Error/, cure: /not HTTP/ },
  'headers without end': { failure: 'connect', says: /Header overflow/, cure: /not HTTP/ },
  'slow first byte': { failure: 'connect', says: /within 3000 ms/, cure: /firewall/, afterMs: 3000 },
};

test.for(Object.entries(UPGRADES))('%s in place of a WebSocket says what to do', async ([name, told]) => {
  const clock = manualClock();
  const arrived = server.next(BAD_ANSWERS[name as keyof typeof BAD_ANSWERS]('stt batch'));
  const ended = endpointFailure(ROUTES.realtime.ask({ baseUrl: server.baseUrl, deadlines, clock }));
  if (told.afterMs !== undefined) {
    await arrived;
    clock.advance(told.afterMs);
  }
  expectTold(await ended, 'realtime', told);
  expect(server.sentBytes()).toBeLessThan(64 * 1_048_576);
});

type Failed = Awaited<ReturnType<typeof endpointFailure>>;

function expectTold(error: Failed, route: RouteName, told: Told): void {
  const { message, hint = '', reason = '' } = error;
  const { failure, status, says, cure, isPassing = RETRIED.includes(status ?? failure) } = told;
  expect(message, route).toMatch(says);
  expect(hint, `${route}: hint`).toMatch(cure);
  expect(error, route).toMatchObject({ failure, status, url: `${server.baseUrl}/${ROUTES[route].path}` });
  expect(error.retryable, `${route}: retryable`).toBe(isPassing);
  expect(message.startsWith(`${error.endpoint} ${error.url}: `), message).toBe(true);
  for (const text of [message, hint, reason]) {
    expect(text, `${route}: one short line`).toMatch(/^[^\p{Cc}\ufffd]{0,400}$/u);
    expect(text, `${route}: no secret`).not.toContain(KEY);
    // A list of models is asked for without a word of the caller. The server's port may hold the digits of the number.
    const words = text.replaceAll(server.baseUrl, '');
    if (route !== 'models') expect(words, `${route}: no word of the caller`).not.toMatch(/Aisyah|8801/);
  }
}
