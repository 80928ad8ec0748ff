import { type Ask, actionTool } from './tool.ts';

const DIGITS = /^[0-9*#w]{1,32}$/i;

/** The model may press keys, for the menus of other machines. */
export const sendDigitsTool = (ask: Ask) =>
  actionTool({
    name: 'send_digits',
    description: 'Presses keys of the telephone, when an automatic menu asks for it.',
    properties: {
      digits: { type: 'string', pattern: DIGITS.source, description: '0 to 9, *, #; w waits half a second' },
    },
    requestOf: ({ digits }) =>
      typeof digits === 'string' && DIGITS.test(digits)
        ? { action: 'send_digits', digits: digits.toLowerCase() }
        : 'digits: 1 to 32 of 0 to 9, *, # and w',
    ask,
  });
