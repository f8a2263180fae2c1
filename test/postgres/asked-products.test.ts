/** A delta of products that a person names: they come whether they changed or not, once. */
import { expect, test } from 'vitest';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

test('products that a person names come with the next file, beside what changed, and once', async () => {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT', 'SOCKS', 'HAT']);
  await retailer.switchGuardOff();
  await retailer.produce('hard-sync');
  await retailer.addProducts(['NOT-MAPPED']);
  const ask = (producerKey: string, ...skus: string[]) =>
    produceFile(database, { kind: 'recent-changes', shopId: SHOP, producerKey, skus });

  expect((await expectCodedError(() => ask('1', 'SHIRT', 'NOBODY'))).code).toBe('PRODUCT_UNKNOWN');
  expect((await expectCodedError(() => ask('1', 'NOT-MAPPED', 'SHIRT'))).code).toBe('PRODUCT_NOT_MAPPED');
  expect((await retailer.produce('recent-changes')).file).toBeNull();

  await retailer.post('HAT', BROADWAY, -1, 0);
  const { file } = await ask('2', 'SOCKS', 'SHIRT');
  expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 10, SOCKS: 10, HAT: 9 });
  expect((await ask('2', 'SOCKS', 'SHIRT')).file).toMatchObject({ sequence: file?.sequence });
  expect((await retailer.produce('recent-changes')).file).toBeNull();
});
