import type { Page } from 'playwright-core';

const CHECKED_WITHIN_MS = 60_000;

/** A result of the page's check. */
export interface Checked {
  id: string;
  verdict: string;
  evidence: string;
  cause: string;
  fix: string;
}

/** “Check my connection” on an open page, as a person runs it: results by id. */
export async function check(page: Page, { agent = false } = {}): Promise<Record<string, Checked>> {
  await page.getByRole('button', { name: 'Check my connection' }).click();
  await page.getByTestId('connection-agent').setChecked(agent);
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: CHECKED_WITHIN_MS });
  const { checks } = await page.evaluate<{ checks: Checked[] }>('voiceAgentPage.checked()');
  return Object.fromEntries(checks.map((one) => [one.id, one]));
}

export const verdicts = (checks: Record<string, Checked>): Record<string, string> =>
  Object.fromEntries(Object.values(checks).map(({ id, verdict }) => [id, verdict]));
