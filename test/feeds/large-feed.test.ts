/** A feed on SFTP that is posted in chunks: its step tells how far it is, and goes on where it died. */
import { beforeAll, expect, test } from 'vitest';
import { IMPORT_CHUNK_ROWS, IMPORT_CHUNKS_AT_ONCE } from '../../src/domain/limits.ts';
import { readProgress, type StepProgress } from '../../src/domain/step-progress.ts';
import { ImportRun } from './import-run.ts';

/** One chunk more than are applied at once. */
const ROWS = IMPORT_CHUNKS_AT_ONCE * IMPORT_CHUNK_ROWS + 5;

let run: ImportRun;

beforeAll(async () => {
  run = await ImportRun.open();
  await run.warehouse.database.query(
    `INSERT INTO product (product_id, sku) SELECT 'P' || n, 'S-' || n FROM generate_series(1, $1::int) AS n`,
    [ROWS],
  );
});

const rows = (units: number) => Array.from({ length: ROWS }, (_, n) => `S-${n + 1},SOHO,${units}`).join('\n');

async function sumAtSoho(): Promise<number> {
  const [found] = await run.warehouse.database.query<{ units: number }>(
    `SELECT coalesce(sum(quantity_on_hand), 0)::int AS units FROM product_facility WHERE facility_id = 'SOHO'`,
  );
  return found?.units ?? 0;
}

test('its step tells of the rows that are posted, and when it dies between two chunks, the next attempt posts the others', async () => {
  const path = await run.put(
    'incoming/MDM_INV_VARIANCE__1.csv',
    `idValue,facilityId,availableDelta\n${rows(2)}\n`,
  );
  const told: StepProgress[] = [];
  const step = 'large';
  await expect(
    run.importFeed(path, {
      step,
      onHeartbeat: (details) => {
        const progress = readProgress(details);
        // A sign of life before the first chunk says nothing.
        if (progress === null) return;
        told.push(progress);
        if (told.length === 1) throw new Error('killed');
      },
    }),
  ).rejects.toThrow('killed');
  expect(told[0]).toMatchObject({ done: IMPORT_CHUNK_ROWS, total: ROWS });
  // What was applied beside the first chunk is, too; and no more.
  const most = 2 * IMPORT_CHUNKS_AT_ONCE * IMPORT_CHUNK_ROWS;
  expect([2 * IMPORT_CHUNK_ROWS, most]).toContain(await sumAtSoho());

  // Its sender writes on, so that nobody can read any more what was judged.
  await run.put(`claimed/${(await run.namesIn('claimed'))[0]}/MDM_INV_VARIANCE__1.csv`, 'idValue\n');
  const second = await run.importFeed(path, { step });

  expect(second).toMatchObject({ error: { code: 'FEED_GREW' } });
  expect(await sumAtSoho()).toBe(2 * ROWS);
});

test('the next run goes on with an import of which nothing lies on SFTP any more', async () => {
  const name = 'MDM_INV_VARIANCE__2.csv';
  const text = `idValue,facilityId,availableDelta\n${rows(1)}\n`;
  const before = await sumAtSoho();
  const die = () => Promise.reject(new Error('killed'));
  await expect(run.warehouse.importText('MDM_INV_VARIANCE', text, name, { onChunk: die })).rejects.toThrow(
    'killed',
  );

  await run.listFeeds();

  expect(await sumAtSoho()).toBe(before + ROWS);
});

test('with many refused rows keeps within the memory of its session, and the good rows are applied', async () => {
  // More than temp_buffers hold, so that the server reads them from files.
  const many = Array.from({ length: 60_000 }, (_, n) =>
    n === 0 ? `S-${n + 1},BROADWAY,3` : `S-${n + 1},BROADWAY,x`,
  );
  const outcome = await run.warehouse.importText(
    'RESET_INVENTORY',
    `idValue,facilityId,availableQty\n${many.join('\n')}\n`,
    'RESET_INVENTORY__refused.csv',
  );
  expect(outcome).toMatchObject({ applied: 1, failed: 59_999 });
  expect((await run.warehouse.readLevels('S-1', 'BROADWAY')).qoh).toBe(3);
});
