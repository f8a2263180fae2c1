/** Stores with enough products for gates to judge by. */
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { ImportRun } from './import-run.ts';

export const CROWD = Array.from({ length: 30 }, (_, index) => `P${index}`);

export async function openCrowdedRun(): Promise<ImportRun> {
  const run = await ImportRun.open();
  await run.warehouse.database.query(
    'INSERT INTO product (product_id, sku) SELECT * FROM unnest($1::text[], $2::text[])',
    [CROWD.map((_, index) => `${20_000 + index}`), CROWD],
  );
  return run;
}

/** A folder for one test, so that what it holds is in no other's way; all quantities are the same, whatever gates say. */
export async function openStore(run: ImportRun, folder: string): Promise<void> {
  await addSource(run.warehouse.database, folder, { type: 'RESET_INVENTORY' });
  await run.warehouse.import(
    'RESET_INVENTORY',
    [...CROWD, 'SHIRT', 'HAT'].map((sku) => `BROADWAY,,${sku},,,,N,25`),
    { passesGates: true },
  );
}
