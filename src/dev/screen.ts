/** The part of a terminal that is written to. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** What `npm run dev` shows: lines, and at most one step in progress below them. */
export interface Screen {
  say(text: string): void;
  /** Shows a step that is under way; the next call replaces it. Not on a terminal: only when its words change. */
  progress(text: string): void;
}

const CLEAR_LINE = '\r\x1b[K';

export function createScreen(out: Output): Screen {
  let shown = '';
  const words = (text: string) => text.replace(/\d+/g, '');
  return {
    say(text) {
      out.write(`${out.isTTY && shown ? CLEAR_LINE : ''}${text}\n`);
      shown = '';
    },
    progress(text) {
      if (out.isTTY) out.write(`${CLEAR_LINE}${text}`);
      else if (words(text) !== words(shown)) out.write(`${text}\n`);
      shown = text;
    },
  };
}
