import { expect, test } from 'vitest';
import { isYes } from '../../src/call/yes.ts';

test.each([
  ['Yes.', 'en', true],
  ['Yes, please.', undefined, true],
  ['Sure, go ahead', 'en-GB', true],
  ['1', 'en', true],
  ['No.', 'en', false],
  ["I don't agree.", 'en', false],
  ['Yes and no', 'en', false],
  ['Hello?', 'en', false],
  ['', 'en', false],
  ['Yes well I was calling to ask about the bill of last month', 'en', false],
  ['Ya, boleh.', 'ms', true],
  ['Tidak boleh', 'ms', false],
  ['Boleh', 'en', false],
  ['Yes', 'ta', true],
] as const)('«%s» in %s: %s', (text, language, expected) => expect(isYes(text, language)).toBe(expected));
