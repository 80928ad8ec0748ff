import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../../errors.ts';
import { exitWith, runOnTerminal } from '../terminal.ts';
import { checkFromOutside } from './outside.ts';

/** The program that the page offers for download: `check --page` and nothing else, in one file. */

const USAGE = `Tries each hop of a call from this machine, and says which is broken.

  node voice-agent-check.mjs --page https://voice.example.com

  --page URL              the address of the page
  --credential-file FILE  holds the page's credential; else WEB_TOKEN, else you are asked
  --json                  one JSON document on stdout
  --only ID,ID            these hops alone, with those that they need
  --repeat N              joins so often at once, at most 8`;

await exitWith(
  await run().catch((error) => {
    console.error(messageOf(error));
    if (error instanceof AppError && error.hint) console.error(`→ ${error.hint}`);
    return 2;
  }),
);

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      page: { type: 'string' },
      'credential-file': { type: 'string' },
      json: { type: 'boolean' },
      only: { type: 'string' },
      repeat: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || values.page === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const { page, only, json = false } = values;
  const repeat = values.repeat === undefined ? undefined : Number(values.repeat);
  if (repeat !== undefined && !(Number.isInteger(repeat) && repeat >= 1))
    throw new AppError(`--repeat ${values.repeat}: want a whole number from 1 to 8`);
  return runOnTerminal((options) => checkFromOutside(page, values['credential-file'], options), {
    json,
    ...(only !== undefined && { only }),
    ...(repeat !== undefined && { repeat }),
  });
}
