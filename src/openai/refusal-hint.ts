import type { EndpointName } from '../errors.ts';
import { settingOf } from './failure-hint.ts';
import { TOO_LONG } from './too-long.ts';

export interface Refusal {
  endpoint: EndpointName;
  url: string;
  /** HTTP status outside 2xx. */
  status: number;
  /** What the server said, already redacted; may be empty. */
  said: string;
  /** The setting that holds the key; default the endpoint's. */
  keySetting?: string | undefined;
}

interface Row {
  /** Applies to these; default all. */
  endpoints?: readonly EndpointName[];
  statuses: readonly number[] | 'client' | 'server';
  said: RegExp;
  hint(refusal: Refusal): string;
}

/** What to do about a refusal, by what the server says it is about. The first row that fits counts. */
const ROWS: readonly Row[] = [
  {
    statuses: [400, 413, 422, 500],
    endpoints: ['llm'],
    said: TOO_LONG,
    hint: () => 'The conversation is longer than the model’s context: serve the model with a longer one.',
  },
  {
    statuses: [400, 422, 500],
    endpoints: ['llm'],
    // Templates of Mistral ("conversation roles must alternate"), Gemma ("System role not supported"), Qwen ("No user query").
    said: /roles? must alternate|role not supported|no user query|chat template|jinja|raise_exception/i,
    hint: () =>
      'The model’s chat template refuses this order of messages: check the template that the server uses.',
  },
  {
    statuses: 'client',
    endpoints: ['llm'],
    said: /\btools?\b|tool_choice/i,
    hint: () => 'The server refuses the tools of this request: check that it was started with tool calling.',
  },
  {
    statuses: [400, 404, 422, 500],
    said: /model.{0,80}(not (be )?found|does ?n[o’']t exist|not exist|unknown|invalid|not supported|not loaded|not installed|not available)|(unknown|invalid|unsupported|no such) model/i,
    hint: ({ endpoint }) =>
      `The server has no such model: set ${settingOf(endpoint, 'MODEL')} to one that \`check\` lists.`,
  },
  {
    statuses: 'client',
    endpoints: ['tts'],
    said: /voice/i,
    hint: () =>
      'The server has no such voice: set TTS_VOICE, or `voice` of the prompt file, to one that `check` lists.',
  },
  {
    statuses: [400],
    endpoints: ['stt'],
    // Over speaches' WebSocket: it looks for its own route for transcriptions where its address was not set.
    said: /^not found$/i,
    hint: () =>
      'speaches wants LOOPBACK_HOST_URL for realtime, such as http://127.0.0.1:8000: or set STT_MODE=sse.',
  },
  {
    statuses: 'client',
    endpoints: ['stt'],
    said: /language/i,
    hint: () =>
      'The model does not know this language: set STT_LANGUAGE, or `language` of the prompt file, to a code that it knows.',
  },
  {
    statuses: 'client',
    endpoints: ['stt'],
    // vLLM without its audio extras says so of each WAV.
    said: /audio file|unsupported audio|decode|soundfile|librosa/i,
    hint: () => 'The server cannot read WAV audio: vLLM needs its audio extras (`pip install vllm[audio]`).',
  },
  {
    statuses: 'client',
    endpoints: ['tts'],
    said: /response_format|format/i,
    hint: () => 'The server does not speak this format: set TTS_FORMAT to `wav` or `pcm`.',
  },
  {
    statuses: 'client',
    said: /extra (inputs?|fields?)|not permitted|unknown field|unexpected (keyword|field)|unrecognized/i,
    hint: ({ endpoint }) =>
      `The server refuses a field of this request: look at ${settingOf(endpoint, 'EXTRA_BODY')} and \`extra_body\` of the prompt file.`,
  },
  {
    statuses: 'server',
    said: /out of memory|\boom\b|cuda/i,
    hint: () => 'The server ran out of memory: its own log says more.',
  },
];

/** One sentence on what to do about a status outside 2xx. */
export function refusalHint(refusal: Refusal): string {
  const { endpoint, url, status, said, keySetting = settingOf(endpoint, 'API_KEY') } = refusal;
  if (status < 300)
    return 'There is no WebSocket at this URL, or a proxy before it does not pass one on: check it, or set STT_MODE=batch or sse.';
  if (status < 400) return 'Redirects are not followed: set the base URL to where the server really is.';
  const isSocket = /\/realtime$/.test(new URL(url).pathname);
  // Starlette (vLLM, speaches) refuses a WebSocket on a route that it lacks with 403.
  if (isSocket && [403, 404, 405, 426, 501].includes(status)) {
    const orKey = status === 403 ? ', or it wants another API key' : '';
    return `The server has no such route for realtime transcription${orKey}: set STT_MODE=batch or sse.`;
  }
  if (status === 401 || status === 403)
    return `The server wants another API key for ${endpoint}: set ${keySetting}.`;
  const row = ROWS.find((one) => applies(one, refusal));
  if (row) return row.hint(refusal);
  if (status === 404 && !/\/v\d+\//.test(new URL(url).pathname))
    return `Check ${settingOf(endpoint, 'BASE_URL')}: most servers want it to end in /v1.`;
  if (status === 404 || status === 405)
    return 'The server has no such route or model: check the base URL (its /v1) and the model name.';
  if (status === 429)
    return 'The server takes no more requests for now: its rate limit or quota is used up, or it is overloaded.';
  if (status === 408 || status === 503) return 'The server is overloaded or still loading a model.';
  if (status >= 500)
    return 'The server failed: its own log says why. Check that the model is loaded and healthy.';
  return said === ''
    ? 'The server does not accept this request and does not say why: its own log may.'
    : 'The server does not accept this request: its reason stands beside this.';
}

function applies({ endpoints, statuses, said: about }: Row, { endpoint, status, said }: Refusal): boolean {
  if (endpoints && !endpoints.includes(endpoint)) return false;
  const fits =
    statuses === 'client'
      ? status >= 400 && status < 500
      : statuses === 'server'
        ? status >= 500
        : statuses.includes(status);
  return fits && about.test(said);
}
