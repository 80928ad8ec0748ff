import type { CallEvent } from '../call-events.ts';
import { type Attributes, CRITICAL_PATH, type Span } from './span.ts';

export type RequestEvent = Extract<CallEvent, { type: 'request' }>;
export type Tokens = Pick<
  Extract<CallEvent, { type: 'tokens-used' }>,
  'promptTokens' | 'completionTokens' | 'cachedTokens'
>;

/** What became of a request's answer. */
export type Result = 'used' | 'dropped' | 'failed';

export interface RequestOf {
  readonly request: RequestEvent;
  readonly parentId: string;
  readonly result: Result;
  /** Sent before the turn was over. */
  readonly isSpeculative: boolean;
  readonly tokens?: Tokens | undefined;
}

const OPERATIONS = { stt: 'transcribe', llm: 'chat', tts: 'speak' } as const;

/**
 * The span of one request to a model, named and described as OpenTelemetry's GenAI conventions have it (semantic-conventions,
 * `docs/gen-ai/gen-ai-spans.md`); its id is the one that went out in `traceparent`.
 */
export function requestSpan({ request, parentId, result, isSpeculative, tokens }: RequestOf): Span {
  const { endpoint, model, firstByteAtMs } = request;
  return {
    name: [OPERATIONS[endpoint], model].filter(Boolean).join(' '),
    ...{ spanId: request.spanId, parentId, kind: 'client' },
    ...{ startMs: request.sentAtMs, endMs: request.atMs },
    attributes: {
      ...wireOf(request),
      'gen_ai.request.model': model,
      ...(endpoint === 'llm' && modelOf(tokens)),
      'voice_agent.stage': endpoint,
      'voice_agent.result': result,
      'voice_agent.speculative': isSpeculative,
      'voice_agent.request': request.kind,
      [CRITICAL_PATH]: false,
    },
    events: firstByteAtMs === undefined ? [] : [{ name: 'first byte', atMs: firstByteAtMs }],
    ...(result === 'failed' && { error: request.status ? `HTTP ${request.status}` : 'no answer' }),
  };
}

function modelOf(tokens: Tokens | undefined): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    // Of a server that speaks its protocol, whoever made it.
    'gen_ai.provider.name': 'openai',
    'gen_ai.usage.input_tokens': tokens?.promptTokens,
    'gen_ai.usage.output_tokens': tokens?.completionTokens,
    'gen_ai.usage.cache_read.input_tokens': tokens?.cachedTokens,
  };
}

function wireOf({ host, status }: RequestEvent): Attributes {
  const [, address = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return {
    'server.address': address,
    'server.port': port === undefined ? undefined : Number(port),
    'http.response.status_code': status,
  };
}
