/** One server-sent event. `data` has its lines joined by `\n`; `event` is 'message' unless the server named it. */
export interface SseEvent {
  event: string;
  data: string;
}

/**
 * Server-sent events from the bytes of a `text/event-stream`, cut anywhere. More tolerant than the standard
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html): an event with no blank line after it at the
 * end of the stream counts too, as some servers leave it out. `[DONE]` ends the events; so does the end of the bytes.
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

/** Lines without their ends, which may be CRLF, LF or CR. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // Drops a byte order mark and holds a character that is cut in two until its rest comes.
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be the first half of a CRLF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest.replace(/\r$/, '');
}

/** The lines since the last blank one. */
class EventBlock {
  #event = '';
  #data: string[] = [];

  /** Returns the event that a blank line completes. */
  add(line: string): SseEvent | undefined {
    if (line === '') return this.#take();
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
    return event;
  }
}
