import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { RequestProblem } from './reply.ts';

/** OpenAI's own limit for uploads. */
const MAX_BYTES = 25 * 1024 * 1024;

/** The whole body. Throws `RequestProblem` (413) where it is more than 25 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new RequestProblem(413, `Maximum content size limit (${MAX_BYTES} bytes) exceeded`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge;
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > MAX_BYTES) throw tooLarge;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A JSON body of the shape `schema`. Throws `RequestProblem` (400) that names the first fault. */
export function readJson<T extends z.ZodType>(body: Buffer, schema: T): z.output<T> {
  const result = schema.safeParse(parse(body));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join('.') || null;
  throw new RequestProblem(400, `${path ?? 'body'}: ${issue?.message ?? 'invalid'}`, path);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new RequestProblem(400, 'We could not parse the JSON body of your request.');
  }
}
