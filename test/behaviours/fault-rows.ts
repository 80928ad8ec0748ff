import { BAD_ANSWERS, type BadAnswer } from '../helpers/bad-answers.ts';
import type { Stage } from './gateway.ts';
import type { Row } from './row.ts';

/** One bad answer, given to each of these stages in turn in one call. */
export interface FaultRow extends Row {
  bad: BadAnswer;
  stages: readonly Stage[];
  /** What the log has of it. */
  told: { failure: string; status?: number; hint: RegExp };
}

const ALL = ['stt', 'llm', 'tts'] as const;

function fault(
  injected: string,
  name: keyof typeof BAD_ANSWERS,
  told: FaultRow['told'] & { says: string },
  stages: readonly Stage[] = ALL,
): FaultRow {
  const { says, ...logged } = told;
  return {
    injected: `${injected} ${stages.length > 1 ? 'from STT, LLM and TTS in turn' : `from ${stages[0]?.toUpperCase()}`}`,
    heard: 'the apology within 8 s, each time; the answer once it is over',
    event: `\`endpoint failed\`: ${says}; \`turn without sound\``,
    metric: `\`voice_agent_endpoint_errors_total{endpoint,failure="${told.failure}"}\`, \`voice_agent_turns_without_sound_total{reason}\``,
    bad: BAD_ANSWERS[name],
    stages,
    told: logged,
  };
}

/** Rows whose fault is an answer: `calls/faults.ts` has a call for each. */
export const FAULT_ROWS = {
  'status 401': fault('401', '401', {
    ...{ failure: 'status', status: 401, hint: /_API_KEY/ },
    says: 'which key to set',
  }),
  'status 404': fault('404', '404', {
    ...{ failure: 'status', status: 404, hint: /check the base URL/ },
    says: 'wrong path or model',
  }),
  'status 429': fault('429 with `Retry-After: 3600`', '429 long', {
    ...{ failure: 'status', status: 429, hint: /quota/ },
    says: 'how long it asks to wait, rate limit or quota',
  }),
  'status 500': fault('500', '500', {
    ...{ failure: 'status', status: 500, hint: /its own log/ },
    says: 'the server’s reason',
  }),
  'status 503': fault('503', '503', {
    ...{ failure: 'status', status: 503, hint: /loading/ },
    says: 'overloaded or loading',
  }),
  'slow first byte': fault('no answer', 'slow first byte', {
    ...{ failure: 'first-byte', hint: /_FIRST_BYTE_TIMEOUT_MS/ },
    says: 'the deadline and its setting',
  }),
  'stall in the middle': fault(
    'half an answer, then nothing,',
    'stall in the middle',
    {
      ...{ failure: 'stall', hint: /_STALL_TIMEOUT_MS/ },
      says: 'the deadline and its setting',
    },
    ['stt'],
  ),
  'truncated answer': fault(
    'half an answer, then the end of the connection,',
    'truncated',
    {
      ...{ failure: 'stall', hint: /log/ },
      says: 'after how many bytes',
    },
    ['stt'],
  ),
  'no HTTP': fault('bytes that are no HTTP', 'no HTTP', {
    ...{ failure: 'invalid', hint: /https port/ },
    says: 'https port, or a proxy that breaks answers',
  }),
  'web page with 200': fault('a login page with status 200', 'web page', {
    ...{ failure: 'invalid', hint: /web site/ },
    says: 'the title of the page',
  }),
  'JSON error with 200': fault('a JSON error with status 200', 'JSON error', {
    ...{ failure: 'invalid', hint: /model/ },
    says: 'the server’s reason',
  }),
  'empty body': fault('an empty body', 'empty body', {
    ...{ failure: 'invalid', hint: /model/ },
    says: 'nothing was answered',
  }),
  'endless body': fault('a text without end', 'endless body', {
    ...{ failure: 'invalid', hint: /base URL|response_format/ },
    says: 'how much is too much',
  }),
  'gzip bomb': fault('gzip that nobody asked for, without end,', 'gzip bomb', {
    ...{ failure: 'invalid', hint: /turn it off/ },
    says: 'turn compression off',
  }),
} as const satisfies Record<string, FaultRow>;
