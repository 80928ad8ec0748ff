import type { Config } from '../config/schema.ts';
import { EndpointError, type EndpointName } from '../errors.ts';
import type { Deadlines } from '../openai/exchange.ts';
import { listModels } from '../openai/models.ts';
import { primeChat } from '../openai/prime.ts';

interface Endpoint extends Deadlines {
  name: EndpointName;
  baseUrl: string;
  apiKey: string | undefined;
}

export interface WarmOptions {
  config: Config;
  /** The model reads them now, so that its first answer need not wait for that. */
  instructions: string;
  /** The call's end. */
  signal: AbortSignal;
  /** An endpoint that is not there. */
  onError(error: EndpointError): void;
}

/**
 * What the first turn would otherwise wait for: connections to the model endpoints, TLS included, and the model's
 * reading of the instructions (servers keep what they have read: prefix caching). Nothing depends on its success.
 */
export async function warmEndpoints({ config, instructions, signal, onError }: WarmOptions): Promise<void> {
  const { llm } = config;
  const attempts = endpointsOf(config).map(({ name, baseUrl, apiKey, ...deadlines }) =>
    listModels({ baseUrl, apiKey, endpoint: name, deadlines: { ...deadlines, attempts: 1 }, signal }),
  );
  if (llm.prime && llm.baseUrl) {
    const { baseUrl, apiKey, model, ...deadlines } = llm;
    attempts.push(primeChat({ baseUrl, apiKey, model, instructions, deadlines, signal }));
  }
  for (const { reason } of (await Promise.allSettled(attempts)).filter(isRejected)) {
    if (reason instanceof EndpointError && reason.failure !== 'aborted') onError(reason);
  }
}

/** Those whose connections this process keeps. The chat endpoint's is opened by its first request. */
function endpointsOf({ stt, llm, tts }: Config): Endpoint[] {
  const all = [
    { name: 'stt' as const, ...stt, isOurs: stt.provider === 'openai' && stt.mode !== 'realtime' },
    { name: 'llm' as const, ...llm, isOurs: !llm.prime },
    { name: 'tts' as const, ...tts, isOurs: tts.provider === 'openai' },
  ];
  return all.flatMap(({ baseUrl, isOurs, ...rest }) => (baseUrl && isOurs ? [{ ...rest, baseUrl }] : []));
}

function isRejected(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === 'rejected';
}
