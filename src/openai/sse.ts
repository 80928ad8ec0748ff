import { createParser } from 'eventsource-parser';
import { BOUNDS } from '../bounds.ts';

/** One server-sent event. `data` has its lines joined by `\n`; `event` is 'message' unless the server named it. */
export interface SseEvent {
  event: string;
  data: string;
}

/** An event that is longer than `BOUNDS.eventCharacters`; `message` completes «answered …». */
export class EventTooLong extends Error {}

/** Ends the last event, also where its last line has no end or ends with the first half of a CRLF. */
const END = '\n\n\n';

/**
 * Server-sent events from the bytes of a `text/event-stream`, cut anywhere. More tolerant than the standard
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html): an event with no blank line after it at the
 * end of the stream counts too, as some servers leave it out. `[DONE]` ends the events; so does the end of the bytes.
 *
 * @throws EventTooLong for a line without end, an event of endless lines, and endless lines that are no event
 */
export async function* sseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const reader = new EventReader();
  // Holds a character that is cut in two until its rest comes; the parser drops a byte order mark.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const chunk of chunks) {
    for (const event of reader.read(decoder.decode(chunk, { stream: true }))) {
      if (isDone(event)) return;
      yield event;
    }
  }
  for (const event of reader.read(decoder.decode() + END)) {
    if (isDone(event)) return;
    yield event;
  }
}

const isDone = ({ data }: SseEvent): boolean => data.trim() === '[DONE]';

/** Text in, the events that it completes out. */
class EventReader {
  #events: SseEvent[] = [];
  /** The parser leaves out lines that mean nothing, however many come. */
  #charactersSinceEvent = 0;
  readonly #parser = createParser({
    onEvent: ({ event = 'message', data }) => this.#events.push({ event, data }),
  });

  read(text: string): SseEvent[] {
    this.#events = [];
    this.#parser.feed(text);
    this.#charactersSinceEvent = this.#events.length > 0 ? 0 : this.#charactersSinceEvent + text.length;
    if (this.#charactersSinceEvent > BOUNDS.eventCharacters)
      throw new EventTooLong(`an event of more than ${BOUNDS.eventCharacters} characters`);
    return this.#events;
  }
}
