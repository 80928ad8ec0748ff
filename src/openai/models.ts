import { EndpointError, type EndpointName } from '../errors.ts';
import { excerpt, fault } from './fault.ts';
import { authorization, endpointUrl, type RemoteOptions, readText, request } from './request.ts';

export interface ListModelsOptions extends RemoteOptions {
  baseUrl: string;
  apiKey?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Whose base URL it is, for errors. Default `models`. */
  endpoint?: EndpointName;
}

// What servers answer for a route that they lack.
const NO_SUCH_ROUTE = new Set([404, 405, 501]);

/** A model as its server lists it; only `id` is in every list. */
export interface ModelInfo {
  id: string;
  /** Longest conversation, in tokens, answer included. */
  contextTokens?: number;
  /** Of the speech that it makes, in Hz (speaches). */
  sampleRate?: number;
  voices?: string[];
}

/** What `GET {baseUrl}/models` lists; `undefined` where the server has no such route, which is optional. */
export function listModels(options: ListModelsOptions): Promise<ModelInfo[] | undefined> {
  return list(options, 'models', modelsIn);
}

/** The voices of `GET {baseUrl}/audio/voices` (Kokoro-FastAPI, speaches); `undefined` without such a route. */
export function listVoices(options: ListModelsOptions): Promise<string[] | undefined> {
  return list(options, 'audio/voices', (json) => namesIn(json.voices ?? json.data ?? json));
}

type Json = Record<string, unknown>;

async function list<T>(
  options: ListModelsOptions,
  path: string,
  read: (json: Json) => T | undefined,
): Promise<T | undefined> {
  const { baseUrl, apiKey, headers = {}, endpoint = 'models' } = options;
  const call = {
    ...options,
    endpoint,
    url: endpointUrl(baseUrl, path),
    init: { method: 'GET', headers: authorization(apiKey, headers) },
    secrets: [apiKey ?? '', ...Object.values(headers)],
  };
  try {
    const body = await readText(call, await request(call));
    const found = read(parsed(body));
    if (found !== undefined) return found;
    throw fault(call, 'invalid', `answered no list${body === '' ? '' : `: ${excerpt(body, call)}`}`);
  } catch (error) {
    if (error instanceof EndpointError && NO_SUCH_ROUTE.has(error.status ?? 0)) return undefined;
    throw error;
  }
}

/** `{data: [{id}]}` (OpenAI), `{models: [...]}`, or the bare list, of objects or of names. */
function modelsIn(json: Json): ModelInfo[] | undefined {
  const models: unknown = json.data ?? json.models ?? json;
  return Array.isArray(models) ? models.flatMap(modelOf) : undefined;
}

function modelOf(value: unknown): ModelInfo[] {
  const [id] = namesIn([value]) ?? [];
  if (id === undefined) return [];
  const { sample_rate: sampleRate, voices } = Object(value);
  const contextTokens = contextOf(value);
  const names = namesIn(voices);
  return [
    {
      id,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(typeof sampleRate === 'number' ? { sampleRate } : {}),
      ...(names && names.length > 0 ? { voices: names } : {}),
    },
  ];
}

/** vLLM, SGLang and LMDeploy; llama-server; Groq; OpenRouter; Mistral. */
function contextOf(model: unknown): number | undefined {
  const { max_model_len, meta, context_window, context_length, max_context_length } = Object(model);
  const named = [max_model_len, Object(meta).n_ctx, context_window, context_length, max_context_length];
  return named.find((tokens) => typeof tokens === 'number' && tokens > 0);
}

/** The names of a list of names, or of objects with an `id` or `name`. */
function namesIn(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one: unknown) => {
    const { id, name } = Object(one);
    return [one, id, name].find((it) => typeof it === 'string') ?? [];
  });
}

/** An empty object for what is no JSON object or list. */
function parsed(body: string): Json {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
