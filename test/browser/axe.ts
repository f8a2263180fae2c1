import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Rules that depend on the colour scheme: dark, only these can find something else. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Ten seconds of a page that nothing slows down; no transition of ours takes one. */
const FRAMES_MAX = 600;

/** Until no colour is on its way to another in two frames one after the other: where one ends, what inherits it may begin. */
const UNTIL_COLOURS_REST = `(async () => {
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const onTheirWay = () => document.getAnimations().some((each) => each instanceof CSSTransition);
  let still = 0;
  for (let frames = 0; still < 2; frames += 1) {
    if (frames > ${FRAMES_MAX}) throw new Error('the colours of the page never come to rest');
    await nextFrame();
    still = onTheirWay() ? 0 : still + 1;
  }
})()`;

/**
 * Until the page has the colours of a scheme, all of them. The page hears of another scheme a frame after the browser
 * has it, and its colours then take some more: in between, a text is dark on a ground that is dark already.
 */
async function waitForColours(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor({ state: 'attached' });
  await page.evaluate(UNTIL_COLOURS_REST);
}

/** What axe has to say against the page as it is now: rules, where they are broken, and by what. */
export async function axeFindings(
  page: Page,
  scheme: 'light' | 'dark' = 'light',
): Promise<readonly string[]> {
  await waitForColours(page, scheme);
  const axe = new AxeBuilder({ page });
  const { violations } = await (scheme === 'dark' ? axe.withRules(OF_COLOURS) : axe).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${target.join(' ')} (${any[0]?.message ?? 'no more is known'})`),
  );
}
