import { describe, expect, test } from 'vitest';
import {
  completenessOf,
  isBackchannel,
  looksUnfinished,
  saysTheSame,
} from '../../../src/stages/turn/words.ts';
import { endlessTexts, growth } from '../../helpers/linear.ts';

describe('words that hold a turn open', () => {
  test.each([
    'I would like to',
    'I want to change my plan and',
    'My internet is down because',
    'Can you help me with the',
    'Um',
    'I have a problem with, uh,',
    'My number is',
    'My phone number is 012',
    'my phone number is zero one two three four five',
    'nombor saya kosong satu dua',
    'No. IC saya 900101',
    'zero one two',
    'Saya nak tukar pelan sebab',
    'Saya nak',
    'Internet saya tak boleh guna dan',
    'Boleh tak tolong saya dengan',
    'Well…',
    'I was thinking -',
    'Kalau saya tukar pelan hari ini',
    'If I upgrade today',
  ])('%s', (text) => expect(looksUnfinished(text)).toBe(true));
});

describe('words that do not', () => {
  test.each([
    'I would like to change my plan.',
    'Yes',
    'No.',
    'What is my balance?',
    'Is it you?',
    'If I upgrade today when does the price start',
    'My number is 012 345 6789',
    'my phone number is zero one two three four five six seven eight nine',
    'I pay 50',
    'The code is 12',
    'Since 2019',
    'Saya nak tukar pelan.',
    'Tolong semak bil saya',
    'Terima kasih',
    '',
  ])('%s', (text) => expect(looksUnfinished(text)).toBe(false));
});

test('listening noises are told from answers that mean something', () => {
  for (const text of [
    'ya',
    'Okay.',
    'Mm-hm.',
    'haah',
    'Uh-huh',
    'okay okay',
    'I see.',
    'betul betul',
    'A’ah',
  ])
    expect(isBackchannel(text), text).toBe(true);
  for (const text of [
    'no',
    'stop',
    'wait',
    'tunggu',
    'Hi!',
    'he is',
    'no, de acuerdo',
    'okay but my bill',
    'yes cancel it',
    'ya tapi mahal',
  ])
    expect(isBackchannel(text), text).toBe(false);
});

test('laughter, and listening noises of other languages, are no wish to speak', () => {
  for (const text of [
    'Ha ha ha!',
    'haha',
    'hee hee',
    'jajaja',
    'Sí, claro.',
    'De acuerdo.',
    'Oui.',
    "D'accord.",
    'Genau',
    'Ага.',
  ])
    expect(isBackchannel(text), text).toBe(true);
});

test('case and punctuation make no difference to what was said', () => {
  expect(saysTheSame('Hello, my line is down', 'hello my line is down.')).toBe(true);
  expect(saysTheSame('My line is down', 'My line was down')).toBe(false);
});

test('a statement is told from what asks for an answer', () => {
  for (const text of [
    'My line is down.',
    'My contract ends in May',
    'Internet saya tak laju',
    'I have two lines.',
  ])
    expect(completenessOf(text), text).toBe('statement');
  for (const text of [
    'Yes please',
    'I want to pay my bill.',
    'Berapa bil saya untuk bulan ini',
    'Tolong semak baki saya',
    'It is down, can you look at it',
    'My line is down, okay?',
  ])
    expect(completenessOf(text), text).toBe('question');
  expect(completenessOf('I would like to')).toBe('unfinished');
});

test('an endless transcript is read in time in proportion to its length', () => {
  for (const [name, text] of endlessTexts(100_000)) {
    const ratio = growth((length) => {
      const heard = `${text.slice(0, length)}a`;
      completenessOf(heard);
      isBackchannel(heard);
      saysTheSame(heard, heard);
    }, 25_000);
    expect(ratio, name).toBeLessThan(8);
  }
}, 60_000);
