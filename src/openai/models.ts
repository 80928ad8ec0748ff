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

/** The ids of `GET {baseUrl}/models`; `undefined` where the server has no such route, which is optional. */
export async function listModels(options: ListModelsOptions): Promise<string[] | undefined> {
  const { baseUrl, apiKey, headers = {}, endpoint = 'models' } = options;
  const call = {
    ...options,
    endpoint,
    url: endpointUrl(baseUrl, 'models'),
    init: { method: 'GET', headers: authorization(apiKey, headers) },
    secrets: [apiKey ?? '', ...Object.values(headers)],
  };
  try {
    const body = await readText(call, await request(call));
    const models = modelsIn(body);
    if (models !== undefined) return models;
    throw fault(call, 'invalid', `answered no list of models: ${excerpt(body, call)}`);
  } catch (error) {
    if (error instanceof EndpointError && NO_SUCH_ROUTE.has(error.status ?? 0)) return undefined;
    throw error;
  }
}

/** `{data: [{id}]}` (OpenAI), `{models: [...]}`, or the bare list, of objects or of names. */
function modelsIn(body: string): string[] | undefined {
  try {
    const json = JSON.parse(body);
    const list: unknown = json?.data ?? json?.models ?? json;
    if (!Array.isArray(list)) return undefined;
    return list
      .map((model) => (typeof model === 'string' ? model : (model?.id ?? model?.name)))
      .filter(isString);
  } catch {
    return undefined;
  }
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
