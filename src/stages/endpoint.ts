import { EndpointError, messageOf } from '../errors.ts';

/** Anything thrown by a stage as the error that names its endpoint. */
export function asEndpointError(error: unknown, endpoint: 'stt' | 'llm' | 'tts', url = ''): EndpointError {
  if (error instanceof EndpointError) return error;
  if (error instanceof Error && error.cause instanceof EndpointError) return error.cause;
  return new EndpointError(messageOf(error), { endpoint, url, failure: 'invalid', cause: error });
}

/** Host and port of a URL, for the framework's metrics; `unknown` where there is none. */
export function urlHost(url: string | undefined): string {
  return url && URL.canParse(url) ? new URL(url).host : 'unknown';
}
