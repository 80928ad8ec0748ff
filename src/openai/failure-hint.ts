import type { EndpointFailure, EndpointName } from '../errors.ts';

/** What to do about a failure of which nothing more is known; `undefined` for one of our own making. */
export function failureHint(failure: EndpointFailure, endpoint: EndpointName): string | undefined {
  const look = 'look at its load and its log';
  switch (failure) {
    case 'connect':
      return 'Check host and port, firewall and network policy.';
    case 'first-byte':
      return `The server took the request and does not answer: ${look}, or raise ${settingOf(endpoint, 'FIRST_BYTE_TIMEOUT_MS')}.`;
    case 'stall':
      return `The server stopped in the middle of its answer: ${look}, or raise ${settingOf(endpoint, 'STALL_TIMEOUT_MS')}.`;
    case 'status':
      return 'The server failed: its own log says why.';
    case 'invalid':
      return 'This is no answer of an OpenAI-compatible API: check the base URL, the model and the log of the server.';
    case 'aborted':
      return undefined;
  }
}

/** The environment variable of an endpoint's setting; `models` and `livekit` have none of their own. */
export function settingOf(endpoint: EndpointName, name: string): string {
  return ['stt', 'llm', 'tts'].includes(endpoint) ? `${endpoint.toUpperCase()}_${name}` : `its ${name}`;
}
