/** A part of a conversation, as far as its length matters. */
export interface Entry {
  role: 'system' | 'user' | 'assistant' | 'tool';
  chars: number;
}

/** What of a conversation goes, by the places of its entries. */
export interface Trim {
  /** Left out. */
  dropped: ReadonlySet<number>;
  /** Results of tools whose text is `RESULT_LEFT_OUT` from now on: a call must keep its result. */
  emptied: ReadonlySet<number>;
}

/** In place of what a tool answered long ago. */
export const RESULT_LEFT_OUT = '(left out)';

/**
 * What goes first from a conversation that is too long, until `excessChars` are gone or nothing more may go: results of
 * tools, then whole exchanges, oldest first, so that what is left begins with the caller; instructions and what was said
 * last, from the caller's last words on, stay.
 */
export function trimOf(entries: readonly Entry[], excessChars: number): Trim {
  const lastTurnAt = entries.findLastIndex(({ role }) => role === 'user');
  const emptied = resultsOf(entries, lastTurnAt, excessChars);
  let excess = excessChars - savedBy(entries, emptied);
  const dropped = new Set<number>();
  let from = 0;
  for (const [at, { role }] of entries.slice(0, lastTurnAt + 1).entries()) {
    if (role !== 'user' || entries[at - 1]?.role === 'user') continue;
    if (excess <= 0) break;
    for (; from < at; from += 1) {
      const entry = entries[from];
      if (!entry || entry.role === 'system') continue;
      dropped.add(from);
      excess -= emptied.has(from) ? RESULT_LEFT_OUT.length : entry.chars;
    }
  }
  return { dropped, emptied: new Set([...emptied].filter((at) => !dropped.has(at))) };
}

/** The oldest long results before a place, as many as are needed. */
function resultsOf(entries: readonly Entry[], before: number, excessChars: number): Set<number> {
  const results = new Set<number>();
  let excess = excessChars;
  for (const [at, { role, chars }] of entries.slice(0, Math.max(0, before)).entries()) {
    if (excess <= 0) break;
    if (role !== 'tool' || chars <= RESULT_LEFT_OUT.length) continue;
    results.add(at);
    excess -= chars - RESULT_LEFT_OUT.length;
  }
  return results;
}

function savedBy(entries: readonly Entry[], emptied: ReadonlySet<number>): number {
  return [...emptied].reduce((sum, at) => sum + (entries[at]?.chars ?? 0) - RESULT_LEFT_OUT.length, 0);
}
