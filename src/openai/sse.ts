import { BOUNDS } from '../bounds.ts';

/** One server-sent event. `data` has its lines joined by `\n`; `event` is 'message' unless the server named it. */
export interface SseEvent {
  event: string;
  data: string;
}

/** An event that is longer than `BOUNDS.eventCharacters`; `message` completes «answered …». */
export class EventTooLong extends Error {}

/**
 * Server-sent events from the bytes of a `text/event-stream`, cut anywhere. More tolerant than the standard
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html): an event with no blank line after it at the
 * end of the stream counts too, as some servers leave it out. `[DONE]` ends the events; so does the end of the bytes.
 *
 * @throws EventTooLong for a line without end, and for an event of endless lines
 */
export async function* sseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const block = new EventBlock();
  for await (const line of linesOf(chunks)) {
    const event = block.add(line);
    if (event === undefined) continue;
    if (event.data.trim() === '[DONE]') return;
    yield event;
  }
  const last = block.add('');
  if (last !== undefined && last.data.trim() !== '[DONE]') yield last;
}

/** Lines without their ends, which may be CRLF, LF or CR. Looks at each character once. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // Drops a byte order mark and holds a character that is cut in two until its rest comes.
  const decoder = new TextDecoder();
  let line = '';
  /** A CR at the end of a piece may be the first half of a CRLF: it waits for what follows. */
  let heldCr = '';
  const grown = (part: string) => {
    requireShort(line.length + part.length);
    line += part;
    return line;
  };
  for await (const chunk of chunks) {
    const text = heldCr + decoder.decode(chunk, { stream: true });
    heldCr = text.endsWith('\r') ? '\r' : '';
    const parts = text.slice(0, text.length - heldCr.length).split(/\r\n|\n|\r/);
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      yield grown(part);
      line = '';
    }
    grown(rest);
  }
  grown(decoder.decode());
  if (line !== '') yield line;
}

function requireShort(characters: number): void {
  if (characters > BOUNDS.eventCharacters)
    throw new EventTooLong(`an event of more than ${BOUNDS.eventCharacters} characters`);
}

/** The lines since the last blank one. */
class EventBlock {
  #event = '';
  #data: string[] = [];
  #characters = 0;

  /** Returns the event that a blank line completes. */
  add(line: string): SseEvent | undefined {
    if (line === '') return this.#take();
    this.#characters += line.length;
    requireShort(this.#characters);
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#event = value;
    return undefined;
  }

  #take(): SseEvent | undefined {
    const event =
      this.#data.length === 0 ? undefined : { event: this.#event || 'message', data: this.#data.join('\n') };
    this.#event = '';
    this.#data = [];
    this.#characters = 0;
    return event;
  }
}
