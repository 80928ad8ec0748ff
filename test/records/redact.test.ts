import { expect, test } from 'vitest';
import { createRedaction, withoutEmails, withoutNumbers } from '../../src/records/redact.ts';
import { growth } from '../helpers/linear.ts';

test.each([
  ['My number is 012-345 6789.', 'My number is [number].'],
  ['Call +60 (12) 345-6789, please', 'Call [number], please'],
  ['It is zero one two, three four five', 'It is [number]'],
  ['kosong satu dua tiga', '[number]'],
  ['double four 4 five', '[number]'],
  ['Room 4 at 9 and 12', 'Room 4 at 9 and 12'],
  ['one of them', 'one of them'],
  ['٠١٢٣٤', '[number]'],
])('numbers: «%s»', (text, expected) => expect(withoutNumbers(text)).toBe(expected));

test.each([
  ['Write to ana@example.com, please', 'Write to [e-mail] please'],
  ['ana at example dot com', '[e-mail]'],
  ['I am ana at mail dot example dot org today', 'I am [e-mail] today'],
  ['at nine', 'at nine'],
  ['We meet at home', 'We meet at home'],
])('e-mails: «%s»', (text, expected) => expect(withoutEmails(text)).toBe(expected));

test('patterns are left out too, in linear time where a backtracking engine needs ages', async () => {
  const redact = await createRedaction({ redact: [], redactPatterns: ['AB-\\d+', '(a+)+$'] });
  expect(redact?.('order AB-123 now')).toBe('order [redacted] now');
  expect(redact?.(`${'a'.repeat(5000)}!`)).toHaveLength(5001);
});

test('a pattern whose time is not linear is refused', async () => {
  await expect(createRedaction({ redact: [], redactPatterns: ['(a)\\1'] })).rejects.toThrow(
    /no pattern of RE2/,
  );
});

test.each(['1', '1 ', 'a@b ', 'a at b dot ', 'one ', '+-('])(
  'the time for «%s» without end is linear',
  (unit) => {
    const long = unit.repeat(20_000);
    for (const work of [withoutNumbers, withoutEmails])
      expect(growth((size) => work(long.slice(0, size)), 2000)).toBeLessThan(10);
  },
);

test('nothing to leave out is no redaction', async () => {
  expect(await createRedaction({ redact: [], redactPatterns: [] })).toBeUndefined();
});
