import { EndpointError, messageOf } from '../errors.ts';

/** Anything thrown by a stage as the error that names its endpoint. */
export function asEndpointError(error: unknown, endpoint: 'stt' | 'llm' | 'tts', url = ''): EndpointError {
  if (error instanceof EndpointError) return error;
  if (error instanceof Error && error.cause instanceof EndpointError) return error.cause;
  return new EndpointError(messageOf(error), { endpoint, url, failure: 'invalid', cause: error });
}
