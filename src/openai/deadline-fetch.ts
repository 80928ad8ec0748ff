import { EndpointError, type EndpointName } from '../errors.ts';
import type { Answer, Call } from './exchange.ts';
import { excerpt, fault } from './fault.ts';
import { attemptOnce, type RemoteOptions, type RequestOptions } from './request.ts';
import { retrying } from './retry.ts';

export interface DeadlineFetchOptions extends Omit<RemoteOptions, 'signal'> {
  endpoint: EndpointName;
  /** The failure that ends a call, in the answer's body too. The `openai` client hides it in errors of its own. */
  onError?: (error: EndpointError) => void;
}

/**
 * A `fetch` with deadlines and with retries before the first byte, for `new OpenAI({ fetch, maxRetries: 0 })`: its
 * own retries would multiply ours. Rejects with an `EndpointError`, with `signal.reason` when aborted. A status of
 * 400 and above resolves, as fetch does, with `{error: {message}}` that holds our words in place of the server's body.
 */
export function deadlineFetch(options: DeadlineFetchOptions): typeof fetch {
  return async (input, init) => {
    const { call, streaming } = await toCall(options, input, init);
    const onError = (error: unknown) => {
      if (error instanceof EndpointError && error.failure !== 'aborted') options.onError?.(error);
    };
    try {
      const answer = await retrying(call, async (attempt) => {
        const begun = await attemptOnce(call, attempt);
        return streaming ? requireEvents(call, begun) : begun;
      });
      return toResponse(answer, onError, call.signal);
    } catch (error) {
      onError(error);
      if (call.signal?.aborted) throw call.signal.reason;
      if (error instanceof EndpointError && error.status !== undefined && error.status >= 400) {
        const message = [error.message, error.hint ?? ''].join('. ');
        return Response.json({ error: { message } }, { status: error.status });
      }
      throw error;
    }
  };
}

async function toCall(
  options: DeadlineFetchOptions,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<{ call: RequestOptions; streaming: boolean }> {
  // `Request` encodes any kind of body and its headers. It rejects a URL with credentials, so ours stays outside.
  const encoded =
    input instanceof Request ? input : new Request('http://localhost', { ...init, signal: null });
  const body = encoded.body === null ? undefined : new Uint8Array(await encoded.arrayBuffer());
  const call = {
    ...options,
    url: input instanceof Request ? input.url : String(input),
    init: { method: encoded.method, headers: Object.fromEntries(encoded.headers), body },
    secrets: [encoded.headers.get('authorization')?.replace(/^Bearer /, '') ?? ''],
    signal: init?.signal ?? (input instanceof Request ? input.signal : undefined),
  };
  return { call, streaming: body !== undefined && asksForStream(body) };
}

function asksForStream(body: Uint8Array): boolean {
  try {
    return JSON.parse(new TextDecoder().decode(body)).stream === true;
  } catch {
    return false;
  }
}

/** Without this check the client takes a JSON error sent with status 200 for a stream with nothing in it. */
async function requireEvents(call: Call, answer: Answer): Promise<Answer> {
  const begin = new TextDecoder().decode(answer.head).trimStart();
  if (begin !== '' && !/^[{[<]/.test(begin)) return answer;
  answer.close();
  const said = begin === '' ? 'nothing' : `no event stream: ${excerpt(begin, call)}`;
  throw fault(call, 'invalid', `answered ${answer.status} with ${said}`, {
    hint: 'Check that the server supports `stream: true` for this model.',
  });
}

function toResponse(answer: Answer, onError: (error: unknown) => void, signal?: AbortSignal): Response {
  const { status, headers } = answer;
  if (answer.head.length === 0) {
    answer.close();
    return new Response(null, { status, headers });
  }
  const chunks = answer.body[Symbol.asyncIterator]();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        onError(error);
        throw signal?.aborted ? signal.reason : error;
      }
    },
    cancel: () => answer.close(),
  });
  return new Response(stream, { status, headers });
}
