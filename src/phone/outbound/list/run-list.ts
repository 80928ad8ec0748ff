import { messageOf } from '../../../errors.ts';
import { type Clock, pause } from '../../../openai/clock.ts';
import { type Hours, isOpen } from '../../hours.ts';
import { TooMany } from '../dial-limits.ts';
import type { CallOrder, DialLog, PlacedCall } from '../place-call.ts';
import type { Attempts, Journal } from './journal.ts';
import type { ListEntry } from './read-list.ts';
import { retryAfterMs } from './retry.ts';

export interface RunListParts {
  entries: readonly ListEntry[];
  dial(order: CallOrder, signal: AbortSignal): Promise<PlacedCall>;
  journal: Pick<Journal, 'attemptsOf' | 'dialling' | 'ended'>;
  trunk?: string | undefined;
  /** When numbers are called, in their own time; not given: at any. */
  hours?: Omit<Hours, 'timezone'> | undefined;
  /** Numbers that ring at the same time, at most. */
  atOnce: number;
  /** How often a number is tried in all. */
  attempts: number;
  clock: Clock;
  /** Milliseconds since the epoch. */
  wallNow(): number;
  log: DialLog;
  /** Ends the run: what rings is waited for. */
  signal: AbortSignal;
}

/** How often each result stands at the end; `later`: numbers that are still to be called when the run was ended. */
export type ListResult = Readonly<Record<string, number>>;

/** Where every number waits: for its hours, another try, a free line. */
const LOOK_AGAIN_MS = 10_000;

/**
 * Calls the numbers of a list, in its order, until each has its last result. A number is marked in the journal before it is
 * dialled, so that it is never dialled by two runs, nor again after a crash in which it is not known whether it rang.
 */
export async function runList(parts: RunListParts): Promise<ListResult> {
  const { entries, atOnce, clock, signal } = parts;
  const ringing = new Map<string, Promise<void>>();
  /** Until when nobody is called: a limit of the trunk is reached, or no worker is free. */
  let blockedUntilMs = 0;
  const block = (forMs: number) => {
    blockedUntilMs = Math.max(blockedUntilMs, clock.now() + forMs);
  };
  while (!signal.aborted) {
    const left = entries.filter((entry) => !isOver(entry, parts) && !ringing.has(entry.number));
    if (left.length === 0 && ringing.size === 0) break;
    const isFree = ringing.size < atOnce && clock.now() >= blockedUntilMs;
    const next = isFree ? left.find((entry) => isDue(entry, parts)) : undefined;
    if (next) {
      const call = callOne(next, parts, block).finally(() => ringing.delete(next.number));
      ringing.set(next.number, call);
      // What is refused at once is known before the next one is tried.
      await Promise.race([call, pause(clock, 0, signal)]);
    } else await Promise.race([...ringing.values(), pause(clock, LOOK_AGAIN_MS, signal)]);
  }
  await Promise.allSettled(ringing.values());
  return counted(parts);
}

async function callOne(entry: ListEntry, parts: RunListParts, block: (forMs: number) => void): Promise<void> {
  const { dial, journal, wallNow, log, trunk, signal } = parts;
  const { number, prompt, variables, line } = entry;
  try {
    await journal.dialling(number, wallNow());
    const call = await dial({ to: number, prompt, variables, trunk }, signal);
    await journal.ended(
      number,
      wallNow(),
      call.result === 'failed' && !call.wasDialled ? 'not-dialled' : call.result,
      call.sipCode,
    );
    if (!call.wasDialled) block(LOOK_AGAIN_MS);
  } catch (error) {
    // Nothing was dialled: `placeCall` throws before.
    await journal.ended(number, wallNow(), 'not-dialled');
    block(error instanceof TooMany ? error.retryAfterMs : LOOK_AGAIN_MS);
    if (!(error instanceof TooMany))
      log.warn({ line, error: messageOf(error) }, 'a number of the list was not called');
  }
}

function isOver({ number }: ListEntry, { journal, attempts }: RunListParts): boolean {
  const known = journal.attemptsOf(number);
  if (!known || known.result === 'not-dialled') return false;
  return known.count >= attempts || retryAfterMs(known) === undefined;
}

function isDue({ number, timezone }: ListEntry, { journal, hours, wallNow }: RunListParts): boolean {
  if (hours && !isOpen({ ...hours, timezone }, wallNow())) return false;
  const known = journal.attemptsOf(number);
  return !known || wallNow() - known.atMs >= (retryAfterMs(known) ?? 0);
}

function counted({ entries, journal, ...parts }: RunListParts): ListResult {
  const counts: Record<string, number> = {};
  for (const entry of entries) {
    const known: Attempts | undefined = journal.attemptsOf(entry.number);
    const isDone = isOver(entry, { entries, journal, ...parts });
    const result = known && isDone ? known.result : 'later';
    counts[result] = (counts[result] ?? 0) + 1;
  }
  return counts;
}
