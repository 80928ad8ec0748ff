import { z } from 'zod';

/** What a scripted stream sends, in order; nothing is added: no role, no finish, no `[DONE]`. */
export const rawAnswerSchema = z.strictObject({
  chunks: z.array(
    z.union([
      /** Text on the wire as it is, such as `data: [DONE]\n\n` or a lone `\n`. */
      z.string(),
      /** `data:` with this JSON. */
      z.strictObject({ data: z.unknown() }),
      /** `data:` with a chunk of one choice. `delta: null` is sent as such. */
      z.strictObject({ delta: z.unknown(), finish_reason: z.string().nullable().optional() }),
      z.strictObject({ delayMs: z.number().min(0) }),
    ]),
  ),
});
export type RawAnswer = z.output<typeof rawAnswerSchema>;
type RawChunk = RawAnswer['chunks'][number];

/** A whole text, or a stream in all its parts. */
export const chatAnswerSchema = z.union([z.string(), rawAnswerSchema]);
export type ChatAnswer = z.output<typeof chatAnswerSchema>;

/** The text that a client should make of the chunks. */
export function contentOf({ chunks }: RawAnswer): string {
  return chunks
    .map((chunk) => {
      const delta =
        typeof chunk === 'object' && 'delta' in chunk ? (chunk.delta as { content?: unknown }) : {};
      return typeof delta?.content === 'string' ? delta.content : '';
    })
    .join('');
}

/** What of a chunk goes over the wire. */
export function wireText(chunk: Exclude<RawChunk, { delayMs: number }>, base: object): string {
  if (typeof chunk === 'string') return chunk;
  if ('data' in chunk) return event(chunk.data);
  const { delta, finish_reason = null } = chunk;
  return event({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
