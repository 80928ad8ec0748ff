import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WANT_DAYS = `want days such as mon-fri or sat,sun, of ${DAYS.join(', ')}`;
const WANT_TIMES = 'want times such as "09:00-17:30", or a list of such';
const TIMES = /^([01]\d|2[0-3]):([0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DAY_MINUTES = 24 * 60;

const times = z
  .string({ error: WANT_TIMES })
  .regex(TIMES, WANT_TIMES)
  .refine(
    (text) => minutesOf(text.slice(0, 5)) < minutesOf(text.slice(6)),
    'want an end after the beginning',
  );

/** When a number is served: days, times of day, and the time zone that they are in. */
export const hoursSchema = z.strictObject({
  timezone: z.string().refine(isTimezone, 'want a time zone such as Asia/Kuala_Lumpur'),
  open: z.record(
    z.string().refine((text) => daysOf(text) !== undefined, WANT_DAYS),
    z
      .union([times, z.array(times)], { error: WANT_TIMES })
      .transform((given) => (typeof given === 'string' ? [given] : given)),
    { error: 'want days with their times, such as "mon-fri: 09:00-17:30"' },
  ),
  closedOn: z
    .array(z.string().regex(/^\d{4}-\d\d-\d\d$/, 'want dates such as "2027-02-06", in quotes'), {
      error: 'want a list of dates',
    })
    .default([]),
  whenClosed: z
    .union([z.literal('refuse'), z.strictObject({ say: z.string().trim().min(1, 'want a text') })], {
      error: 'want refuse (busy, while it rings), or "say: a text"',
    })
    .default('refuse'),
});

export type Hours = z.output<typeof hoursSchema>;

/** Whether it is open at a moment, milliseconds since 1970. */
export function isOpen({ timezone, open, closedOn }: Hours, atMs: number): boolean {
  const { day, date, minute } = localTime(timezone, atMs);
  if (closedOn.includes(date)) return false;
  return Object.entries(open).some(
    ([days, spans]) =>
      daysOf(days)?.includes(day) &&
      spans.some((span) => minutesOf(span.slice(0, 5)) <= minute && minute < minutesOf(span.slice(6))),
  );
}

function localTime(timeZone: string, atMs: number): { day: number; date: string; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    day: DAYS.indexOf(part('weekday').toLowerCase()),
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** `mon-fri,sun` as places in the week; `fri-mon` goes over its end. */
function daysOf(text: string): number[] | undefined {
  const days: number[] = [];
  for (const span of text.toLowerCase().split(',')) {
    const [first, last = first, ...rest] = span.trim().split('-').map(placeOf);
    if (first === undefined || last === undefined || first < 0 || last < 0 || rest.length > 0)
      return undefined;
    for (let day = first; ; day = (day + 1) % DAYS.length) {
      days.push(day);
      if (day === last) break;
    }
  }
  return days;
}

const placeOf = (name: string): number => DAYS.indexOf(name.trim());

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return Math.min(DAY_MINUTES, hours * 60 + minutes);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
