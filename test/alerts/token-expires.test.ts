/** An app to which Shopify grants no token any more: it is told while the token that is there still opens the shop. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { DEAR_CHECKS_INTERVAL_MS } from '../../src/domain/limits.ts';
import { Installation } from '../end-to-end/installation.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { until } from '../setup/until.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { WatchUnderTest } from './watch-under-test.ts';

const SECRET = 'shpss_a_secret_of_the_app';
const HALF_A_DAY_MS = 12 * 60 * 60_000;

test('a token that is not renewed is told half a day before its end, and once it is renewed, that it has ended', async () => {
  const twin = await freshTwin({ shops: [{ ...TWIN_SHOP, client: { id: 'app-1', secret: SECRET } }] });
  const installation = await Installation.open(['BLUE-SHIRT'], { twin });
  await installation.database.query(`UPDATE shop SET access_token_ref = 'client:app-1:env:APP_SECRET'`);
  const watch = await WatchUnderTest.over(installation, { APP_SECRET: SECRET });
  const tokenConditions = async () => {
    await watch.look(DEAR_CHECKS_INTERVAL_MS);
    return (await watch.openCodes()).filter((code) => code.startsWith('TOKEN_'));
  };
  const setGranting = (method: 'PUT' | 'DELETE') =>
    installation.twin.control(method, `/shops/${TWIN_SHOP.domain}/client`);
  expect(await tokenConditions()).toEqual([]);
  await setGranting('DELETE');
  expect(await tokenConditions()).toEqual([]);

  const real = Date.now.bind(Date);
  let passed = HALF_A_DAY_MS;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + passed);
  onTestFinished(() => void vi.restoreAllMocks());
  await until(async () => expect(await tokenConditions()).toEqual(['TOKEN_EXPIRES']));
  const [told] = await installation.database.query<{ detail: string }>(
    `SELECT detail FROM condition WHERE code = 'TOKEN_EXPIRES'`,
  );
  expect(told?.detail).toMatch(/^The token of blue-shirts is good until \S+Z, and is not renewed: .*app-1/);
  expect(told?.detail).not.toContain(SECRET);

  await setGranting('PUT');
  passed += DEAR_CHECKS_INTERVAL_MS;
  await until(async () => expect(await tokenConditions()).toEqual([]));
});
