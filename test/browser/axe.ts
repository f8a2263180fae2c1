import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Rules that depend on the colour scheme: dark, only these can find something else. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe has to say against the page as it is now: rules, and where they are broken. */
export async function axeFindings(
  page: Page,
  scheme: 'light' | 'dark' = 'light',
): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (scheme === 'dark' ? axe.withRules(OF_COLOURS) : axe).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
