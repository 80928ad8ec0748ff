import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { joined, silence } from '../../src/probe/wav.ts';
import { RESULTS, useBrowser } from './browser.ts';
import { understand } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const FIRST = 'I want to know';
const REST = 'what my balance is';
const ANSWER = 'Your balance is ten ringgit.';
const ANSWER_TO_FIRST = 'Ask me anything about your contract.';
/** Of the caller. Their turn ends after some 520, and the answer begins 600 later: who goes on by 600 after that was cut off. */
const PAUSE_MS = 1150;

/** On a busy machine; of the first, several times to be cut off, 13 s each. */
const [GOES_ON_WITHIN_MS, ANSWERED_WITHIN_MS] = [90_000, 30_000];

const SCREENS = [
  { name: 'laptop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
];

const stack = useStack({
  // Nothing runs ahead of the end of a turn: the answer begins as long after it as the model takes.
  env: { TURN_DETECTION: 'vad', SPECULATION: 'transcript' },
  profile: { llm: { ttftMs: 500 } },
});
// Again and again: where a busy machine heard both as one turn, or the rest as another, it is said once more.
const browser = useBrowser(async () =>
  joined(
    silence(4000, 48_000),
    await utterance(`${FIRST}.`),
    silence(PAUSE_MS, 48_000),
    await utterance(`${REST}?`),
    silence(8000, 48_000),
  ),
);

const lines = (page: Page) => page.getByRole('log').locator('[data-testid=line] .text').allTextContents();

test.for(SCREENS)(
  'a caller who was cut off has one line on a $name, and the answer to its first part none',
  { timeout: 180_000 },
  async ({ name, ...screen }) => {
    await mkdir(RESULTS, { recursive: true });
    const { standIn, pageUrl } = stack();
    // Only what was heard alone is understood: nothing but a turn that goes on has both.
    understand(standIn, { [FIRST]: await utterance(`${FIRST}.`), [REST]: await utterance(`${REST}?`) });
    standIn.control({
      llm: {
        rules: [
          { match: 'balance', answer: ANSWER },
          { match: 'know', answer: ANSWER_TO_FIRST },
        ],
        always: 'Pardon?',
      },
    });
    const { page, complaints } = await browser.open(await pageUrl(), screen);
    const said = page.getByRole('log');
    await page.getByTestId('call').click();
    // There may be several of them: each round that was heard otherwise leaves one.
    const line = (text: string) => said.getByText(text, { exact: true }).first();
    await line(FIRST).waitFor({ timeout: ANSWERED_WITHIN_MS });
    await line(`${FIRST} ${REST}`).waitFor({ timeout: GOES_ON_WITHIN_MS });
    await page.getByRole('button', { name: 'Mute', exact: true }).click();
    const whole = (await lines(page)).lastIndexOf(`${FIRST} ${REST}`);
    await expect
      .poll(async () => (await lines(page))[whole + 1], { timeout: ANSWERED_WITHIN_MS })
      .toBe(ANSWER);
    await page.screenshot({ path: join(RESULTS, `${name} cut off.png`) });
    const shown = await lines(page);
    expect([undefined, ANSWER, 'Pardon?']).toContain(shown[whole - 1]);
    expect(shown.slice(whole)).toEqual([`${FIRST} ${REST}`, ANSWER]);
    expect(complaints, 'of the browser, about the page').toEqual([]);
  },
);
