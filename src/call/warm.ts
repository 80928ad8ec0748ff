import { modelEndpoints, servedBy } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import { EndpointError, type EndpointName } from '../errors.ts';
import type { ChatEndpoint } from '../openai/chat-body.ts';
import { listModels } from '../openai/models.ts';
import { primeChat } from '../openai/prime.ts';
import { chatChoices, type LlmChoices } from '../stages/llm.ts';

export interface WarmOptions {
  config: Config;
  /** The model reads its instructions now, so that its first answer need not wait for that. */
  persona: LlmChoices & { instructions: string };
  chat: ChatEndpoint;
  /** The call's end. */
  signal: AbortSignal;
  /** An endpoint that is not there. */
  onError(error: EndpointError): void;
}

/**
 * What the first turn would otherwise wait for: connections to the model endpoints, TLS included, and the model's
 * reading of the instructions (servers keep what they have read: prefix caching). Nothing depends on its success.
 */
export async function warmEndpoints({ config, persona, chat, signal, onError }: WarmOptions): Promise<void> {
  const { llm } = config;
  const worth = modelEndpoints(config).filter(({ name }) => isWorthOpening(name, config));
  const attempts: Promise<unknown>[] = worth.map(({ name, deadlines, ...server }) =>
    listModels({ ...server, endpoint: name, deadlines: { ...deadlines, attempts: 1 }, signal }),
  );
  if (llm.prime && !servedBy(config, 'llm').plugin) {
    const messages = [{ role: 'system', content: persona.instructions }];
    const ask = { ...chatChoices(llm, persona), messages };
    attempts.push(primeChat(chat, ask, { deadlines: llm, signal }));
  }
  for (const { reason } of (await Promise.allSettled(attempts)).filter(isRejected)) {
    if (reason instanceof EndpointError && reason.failure !== 'aborted') onError(reason);
  }
}

/** Whether one request here opens a connection that the call will use: others open theirs with what they begin with. */
function isWorthOpening(name: EndpointName, { stt, llm }: Config): boolean {
  if (name === 'stt') return stt.mode !== 'realtime';
  return name !== 'llm' || !llm.prime;
}

function isRejected(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === 'rejected';
}
