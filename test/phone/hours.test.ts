import { expect, test } from 'vitest';
import { hoursSchema, isOpen } from '../../src/phone/hours.ts';

const HOURS = hoursSchema.parse({
  timezone: 'Asia/Kuala_Lumpur',
  open: { 'mon-fri': '09:00-18:00', sat: ['09:00-12:00', '13:00-16:00'], 'sun-mon': '20:00-24:00' },
  closedOn: ['2026-12-25'],
});

test.each([
  ['Friday morning', '2026-11-27T09:00+08:00', true],
  ['a minute before', '2026-11-27T08:59+08:00', false],
  ['at the end', '2026-11-27T18:00+08:00', false],
  ['Saturday, between two spans', '2026-11-28T12:30+08:00', false],
  ['Saturday afternoon', '2026-11-28T13:00+08:00', true],
  ['Sunday night', '2026-11-29T23:59+08:00', true],
  ['Monday night', '2026-11-30T20:00+08:00', true],
  ['Tuesday night', '2026-12-01T20:00+08:00', false],
  ['a Friday that is a holiday', '2026-12-25T10:00+08:00', false],
  ['the holiday elsewhere, not there', '2026-12-24T23:00Z', false],
])('%s', (_, at, expected) => {
  expect(isOpen(HOURS, Date.parse(at))).toBe(expected);
});

test.each([
  ['no time zone', { timezone: 'Kuala Lumpur', open: {} }, /want a time zone such as/],
  ['no day', { timezone: 'UTC', open: { monday: '09:00-10:00' } }, /want days such as/],
  ['no time', { timezone: 'UTC', open: { mon: '9-10' } }, /want times such as/],
  ['an end before its beginning', { timezone: 'UTC', open: { mon: '18:00-09:00' } }, /want an end after/],
])('refuses %s', (_, hours, message) => {
  const { error } = hoursSchema.safeParse(hours);
  expect(JSON.stringify(error?.issues)).toMatch(message);
});
