import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser } from './browser.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom.';
const QUESTION = 'When do you open?';
const ANSWER = 'Our shops open at nine.';
/** More than the page has places for the focus: once round and back. */
const MOST_TABS = 60;

const stack = useStack({ prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer calls.` } });
const browser = useBrowser();

/** Presses Tab until a control has the focus. Every place on the way must show that it has it. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press('Tab');
    const { id, outlined } = await page.evaluate<{ id: string; outlined: boolean }>(`({
      id: document.activeElement.dataset.testid ?? document.activeElement.tagName,
      outlined: document.activeElement === document.body
        || getComputedStyle(document.activeElement).outlineStyle !== 'none',
    })`);
    expect(outlined, `${id} shows the focus`).toBe(true);
    if (id === testId) return;
  }
  throw new Error(`no way by Tab to ${testId}`);
}

/** Everything that can be used or that needs a name to be understood, and has none. */
async function nameless(page: Page): Promise<string[]> {
  const tree = await page.locator('body').ariaSnapshot();
  const roles = 'button|textbox|combobox|checkbox|meter|timer|img|table|region|log|dialog';
  return tree.split('\n').filter((line) => new RegExp(`^ *- (${roles})(?! ")`).test(line));
}

test('a call needs no mouse, and every control has a name and shows the focus', async () => {
  const { standIn, pageUrl } = stack();
  standIn.control({ llm: { always: ANSWER } });
  const { page } = await browser.open(await pageUrl());
  await page.getByTestId('status').getByText('Ready').waitFor();
  expect(await nameless(page), 'before the call').toEqual([]);

  await tabTo(page, 'call');
  await page.keyboard.press('Enter');
  await page.getByTestId('status').getByText('In call').waitFor();
  const said = page.getByRole('log', { name: 'What was said' });
  await said.getByText(GREETING).waitFor();
  await tabTo(page, 'mute');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Unmute', pressed: true }).waitFor();

  await tabTo(page, 'message');
  await page.keyboard.type(QUESTION);
  await page.keyboard.press('Enter');
  for (const text of [QUESTION, ANSWER]) await said.getByText(text).waitFor();
  expect(await nameless(page), 'in the call').toEqual([]);

  await tabTo(page, 'call');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Call ended').waitFor();
});

test('a fault is said aloud, gets the focus, and leaves it where the next call starts', async () => {
  const { page } = await browser.open(await stack().pageUrl(), { microphone: false });
  await tabTo(page, 'call');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('The microphone is not allowed.').waitFor();
  expect(await page.locator(':focus').getAttribute('data-testid')).toBe('error');
  expect(await nameless(page), 'with a fault').toEqual([]);

  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').innerText()).toBe('Call without microphone');
  await tabTo(page, 'error-close');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  expect(await page.locator(':focus').getAttribute('data-testid')).toBe('call');
});
