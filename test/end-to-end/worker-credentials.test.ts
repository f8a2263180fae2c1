/** A shop's token in a variable that the worker does not have: only the worker can tell. */
import { expect, test } from 'vitest';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint: string | null;
}

test('doctor names the worker that started before its shop’s variable was set, and says to restart it', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);
  const inspect = async (): Promise<Check | undefined> => {
    const { json } = await shop.atp('doctor');
    return (json as { checks?: readonly Check[] } | null)?.checks?.find(
      ({ name }) => name === 'Credentials of workers',
    );
  };
  await shop.database.query(`UPDATE shop SET access_token_ref = 'env:LATE_TOKEN'`);
  const before = await shop.startWorker();
  await shop.until(async () => (await inspect())?.ok === false);

  expect(await inspect()).toMatchObject({
    detail: expect.stringMatching(
      new RegExp(`^The worker \\d+@.+, started .+Z, cannot read env:LATE_TOKEN of ${SHOP}\\.$`),
    ) as string,
    hint: expect.stringContaining('restart the worker') as string,
  });

  await before.endOrderly();
  expect(await inspect()).toMatchObject({ ok: true, detail: 'No worker has told of itself lately.' });
  const after = await shop.startWorker({ environment: { LATE_TOKEN: TWIN_SHOP.accessToken } });
  await shop.until(async () => (await inspect())?.detail.startsWith('1 worker') === true);
  expect(after.output).not.toContain(TWIN_SHOP.accessToken);
});
