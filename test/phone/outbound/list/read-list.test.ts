import { expect, test } from 'vitest';
import { csvRecords } from '../../../../src/phone/outbound/list/csv.ts';
import { readDoNotCall, readList } from '../../../../src/phone/outbound/list/read-list.ts';
import { textOf } from '../../../../src/phone/outbound/list/text-of.ts';
import { readSetup } from '../../../../src/phone/read-setup.ts';

const setup = readSetup(
  'phone.yaml',
  `country: 60
outbound: { main: { address: a.test, numbers: ["+60312340000"], allowedPrefixes: ["+60", "+1"] } }`,
);
const prompts = new Map([
  ['default', new Set<string>()],
  ['reminder', new Set(['name', 'date'])],
]);
const read = (text: string, more: object = {}) =>
  readList('calls.csv', text, { setup, prompts, prompt: 'reminder', doNotCall: new Set(), ...more });

test('a list is read: quoted fields, its own prompt and time zone, numbers as they are dialled', () => {
  const text =
    'number,name,date,prompt,timezone\r\n03-1234 5678,"Lim, ""Ah"" Kow",3 May,,\r\n\r\n+60123456789,Aisyah,,default,Asia/Tokyo\r\n';
  expect(read(text)).toEqual([
    {
      ...{ line: 2, number: '+60312345678', prompt: 'reminder', timezone: 'Asia/Kuala_Lumpur' },
      variables: { name: 'Lim, "Ah" Kow', date: '3 May' },
    },
    {
      ...{ line: 4, number: '+60123456789', prompt: 'default', timezone: 'Asia/Tokyo' },
      variables: { name: 'Aisyah', date: '' },
    },
  ]);
});

test('every bad line is named, and nothing is read then', () => {
  const text = [
    'number,name,prompt,timezone',
    '03-1234 5678,a,,',
    '+60312345678,b,,',
    '999,c,,',
    '+49301234567,d,,',
    'my sister,e,,',
    '+60312345670,f,sale,',
    '+60312345671,g,,Mars/Olympus',
    '+60312345672,h',
    '+12025550123,i,,',
    '+60312345673,"j,,',
  ].join('\n');
  expect(() => read(text)).toThrow(
    [
      'calls.csv:3: +60312345678 stands in line 2 already',
      'calls.csv:4: 999: this is an emergency number: it is never called by a machine',
      'calls.csv:5: +49301234567: no outbound trunk may call this number',
      'calls.csv:6: my sister: this is no full number such as +60312345678, and no extension',
      'calls.csv:7: no prompt sale; known: default, reminder',
      'calls.csv:8: Mars/Olympus is no time zone such as Asia/Kuala_Lumpur',
      'calls.csv:9: want 4 fields as in the header, got 2',
      'calls.csv:10: the time zone of this number is not known: add a column timezone, or --timezone',
      'calls.csv:11: a quote that is not closed',
    ].join('\n'),
  );
});

test.each([
  ['nothing', '', 'calls.csv:1: want a header with the column number, got nothing'],
  ['no column of numbers', 'phone,name\n1,2', 'want a header with the column number, got phone,name'],
  ['a column twice', 'number,name,name\n+60312345678,a,b', 'the column name stands here twice'],
  ['a variable that no prompt has', 'number,balance\n+60312345678,1', 'no prompt has the variable balance'],
  ['a header alone', 'number\n', 'want at least one number below the header'],
])('%s is told', (_, text, problem) => {
  expect(() => read(text)).toThrow(problem);
});

test('numbers that are not to be called are left out, and so are told if they are none', () => {
  const doNotCall = readDoNotCall('dnc.txt', '# asked by mail\n03-1234 5678 # Lim\n\n1001\n', setup);
  expect(read('number\n+60312345678\n+60312345679', { doNotCall }).map(({ number }) => number)).toEqual([
    '+60312345679',
  ]);
  expect(() => readDoNotCall('dnc.txt', 'Lim\n+60312345678\n?', setup)).toThrow(/dnc.txt:1: .*\ndnc.txt:3: /);
});

test('a file is UTF-8, with a byte order mark or without; others are named', () => {
  const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);
  expect(textOf(bytes('\uFEFFnumber\n', 'utf8'), 'f')).toBe('number\n');
  expect(() => textOf(bytes('\uFEFFnumber\n', 'utf16le'), 'f.csv')).toThrow('f.csv is UTF-16');
  expect(() => textOf(bytes('number,name\n1,a\n2,Ren\u00e9\n', 'latin1'), 'f.csv')).toThrow(
    'f.csv:3: this is no UTF-8',
  );
});

test('a quoted field may have several lines, and lines are counted on', () => {
  expect(csvRecords('a,"b\nc"\nd "e",f\ng,"h"i')).toEqual([
    { line: 1, fields: ['a', 'b\nc'] },
    { line: 3, fields: ['d "e"', 'f'], problem: 'a quotation mark within a field without quotes' },
    { line: 4, fields: ['g', 'h'], problem: 'text after the closing quote of a field' },
  ]);
});
