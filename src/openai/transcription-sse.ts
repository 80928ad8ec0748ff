import { BOUNDS } from '../bounds.ts';
import type { EndpointError } from '../errors.ts';
import { answerEvents } from './answer-events.ts';
import type { Answer } from './exchange.ts';
import { excerpt, fault } from './fault.ts';
import { attemptOnce, type RequestOptions } from './request.ts';
import { tryServers } from './route.ts';
import type { SseEvent } from './sse.ts';
import { noText, unsayable } from './transcript-faults.ts';
import {
  askServer,
  readTranscript,
  routeOf,
  type TranscribeOptions,
  type Transcript,
  toTranscript,
  transcriptionCall,
} from './transcription.ts';
import { wavDurationMs } from './wav.ts';
import { wireOf } from './wires.ts';

/**
 * Transcribes a WAV as `transcribe` does, with `stream=true`: yields the text in pieces and returns the whole
 * transcript. Tries again until the first piece is here. An answer that is no event stream, from a server that does
 * not know `stream`, is read whole and yields nothing.
 *
 * | server | its events, by its source |
 * |---|---|
 * | OpenAI | `transcript.text.delta` {delta}, `transcript.text.done` {text, usage} |
 * | speaches 0.9 | the same, but the `text` of `done` is empty: the pieces count |
 * | vLLM | `transcription.chunk` {choices: [{delta: {content}, finish_reason}]}; an `error` with a status as `code` |
 * | speaches 0.8, faster-whisper-server | {text} for each segment, nothing for silence |
 * @throws EndpointError — `stall` also for events that end before the transcript is complete; `invalid` for other
 *   answers without a transcript; `status` for an error among the events that has one
 */
export async function* transcribeSse(
  options: TranscribeOptions,
): AsyncGenerator<string, Transcript, undefined> {
  const { answer, pieces, first } = await tryServers(routeOf(options), options, (server, one, attempt) =>
    begun({ ...options, ...server, ...one }, attempt),
  );
  let next = first;
  try {
    for (; next.done !== true; next = await pieces.next()) yield next.value;
    return next.value;
  } finally {
    // The reader left: the server need not go on.
    if (next.done !== true) answer.close();
  }
}

/**
 * The same, read to its end: the whole of a streamed transcript. One that breaks off in the middle is asked for again. Throws
 * as `transcribeSse` does.
 */
export function transcribeStreamed(options: TranscribeOptions): Promise<Transcript> {
  return tryServers(routeOf(options), options, async (server, one, attempt) => {
    if (wireOf(server)) return askServer({ ...options, ...server, ...one }, attempt);
    const { answer, pieces, first } = await begun({ ...options, ...server, ...one }, attempt);
    let next = first;
    try {
      while (next.done !== true) next = await pieces.next();
      return next.value;
    } finally {
      if (next.done !== true) answer.close();
    }
  });
}

/** One try up to its first piece. */
async function begun(options: TranscribeOptions, attempt: number) {
  // vLLM refuses `verbose_json` together with `stream`.
  const call = await transcriptionCall(options, { response_format: 'json', stream: 'true' });
  const answer = await attemptOnce(call, attempt);
  const pieces = read(call, answer, wavDurationMs(options.wav));
  return { answer, pieces, first: await pieces.next() };
}

function isEventStream({ head, headers }: Answer): boolean {
  const begin = new TextDecoder().decode(head).trimStart();
  if (/^(data|event|id|retry)?:/.test(begin)) return true;
  const isNoField = begin.length > LONGEST_FIELD && !/^[a-z]+:/.test(begin);
  if (isNoField || /^[{["<]/.test(begin)) return false;
  return (headers.get('content-type') ?? '').includes('event-stream');
}

/** Of the names of fields (`event`, `retry`): so many characters of a line tell whether it begins with one. */
const LONGEST_FIELD = 5;

async function* read(
  call: RequestOptions,
  answer: Answer,
  soundMs: number,
): AsyncGenerator<string, Transcript> {
  const check = (text: string) => {
    const error = unsayable(call, text.length, soundMs);
    if (error) throw error;
  };
  if (!isEventStream(answer)) {
    const transcript = await readTranscript(call, answer);
    check(transcript.text);
    return transcript;
  }
  const chunks = answer.body[Symbol.asyncIterator]();
  const events = answerEvents(call, answer, { [Symbol.asyncIterator]: () => keptOpen(chunks) });
  try {
    const transcript = yield* readTo(call, events, check);
    check(transcript.text);
    void drain(chunks, answer);
    return transcript;
  } catch (error) {
    answer.close();
    throw error;
  }
}

async function* readTo(
  call: RequestOptions,
  events: AsyncIterable<SseEvent>,
  check: (text: string) => void,
): AsyncGenerator<string, Transcript> {
  let text = '';
  let complete: boolean | undefined;
  let last = '';
  for await (const { event, data } of events) {
    const json = parsed(data);
    if (json === undefined) throw noText(call, data);
    if (event === 'error' || json.error) throw errorEvent(call, data, json);
    if (json.type === 'transcript.text.done') {
      return toTranscript({ ...json, text: json.text || text }, call, data);
    }
    last = data;
    const said = pieceOf(json);
    if (said === undefined) continue;
    complete = said.complete;
    text += said.piece;
    check(text);
    if (said.piece !== '') yield said.piece;
  }
  // speaches 0.8: an event for each segment, and silence has none.
  if (complete === undefined && last === '') return { text: '' };
  if (complete === undefined) throw noText(call, last);
  if (!complete)
    throw fault(call, 'stall', `ended its events after ${text.length} characters of an open transcript`);
  return { text: text.trim() };
}

/** `complete`: the events may end here. */
function pieceOf(json: Record<string, unknown>): { piece: string; complete: boolean } | undefined {
  if (json.type === 'transcript.text.delta') return { piece: textOf(json.delta), complete: false };
  if (json.type === undefined && typeof json.text === 'string') return { piece: json.text, complete: true };
  const choice = Array.isArray(json.choices) ? json.choices[0] : undefined;
  if (choice === undefined) return undefined;
  return { piece: textOf(choice.delta?.content), complete: Boolean(choice.finish_reason) };
}

function errorEvent(call: RequestOptions, data: string, json: Record<string, unknown>): EndpointError {
  const status = Number((json.error as { code?: unknown } | undefined)?.code);
  const message = `sent an error among its events: ${excerpt(data, call)}`;
  return status >= 400 && status < 600
    ? fault(call, 'status', message, { status })
    : fault(call, 'invalid', message);
}

/** Without `return`: reading that ends early leaves the rest to `drain`. */
function keptOpen<T>(chunks: AsyncIterator<T>): AsyncIterator<T> {
  return { next: () => chunks.next() };
}

/** What follows the transcript is read, up to a bound, so that the connection goes back to the pool. */
async function drain(chunks: AsyncIterator<Uint8Array>, answer: Answer): Promise<void> {
  let bytes = 0;
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      bytes += next.value.length;
      if (bytes > BOUNDS.eventCharacters) return answer.close();
    }
  } catch {
    // The transcript is complete: how the connection ends does not matter.
  }
}

function parsed(data: string): Record<string, unknown> | undefined {
  try {
    const json = JSON.parse(data);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
