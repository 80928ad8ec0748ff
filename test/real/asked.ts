import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../../src/openai/extra-body.ts';
import type { Asked } from './fixture.ts';

/** A request's body as a fixture keeps it. */
export async function askedOf(
  method: string,
  path: string,
  contentType: string,
  body: Buffer,
): Promise<Asked> {
  const request = `${method} ${path}`;
  if (contentType.startsWith('multipart/')) return { request, form: await formOf(contentType, body) };
  if (body.length === 0) return { request };
  const json: unknown = JSON.parse(body.toString());
  if (!isObject(json)) throw new Error(`${request} has a body that is no JSON object`);
  return { request, json };
}

async function formOf(contentType: string, body: Buffer): Promise<[string, string][]> {
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  const entries = [...form].map(async ([name, value]): Promise<[string, string]> => {
    if (typeof value === 'string') return [name, value];
    return [name, `${value.name} (${value.type}, ${digest(Buffer.from(await value.arrayBuffer()))})`];
  });
  return Promise.all(entries);
}

/** A message of the product over a WebSocket as a fixture keeps it. */
export function sentOf(message: string): JsonObject {
  const json: unknown = JSON.parse(message);
  if (!isObject(json)) throw new Error('the product sent a message that is no JSON object');
  const { audio } = json;
  return typeof audio === 'string' ? { ...json, audio: digest(Buffer.from(audio, 'base64')) } : json;
}

/** What tells two requests apart for a server: route, fields, roles of the messages, types over a WebSocket; not words. */
export function shapeOf({ request, json, form }: Asked): string {
  const roles = Array.isArray(json?.messages) ? json.messages.map((one) => Object(one).role) : [];
  const fields = form?.map(([name]) => name) ?? Object.keys(json ?? {});
  return [request.split('?')[0], [...fields].sort().join(' '), roles.join(' ')].join(' | ');
}

function digest(bytes: Buffer): string {
  return `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}
