/** Imports that would make wrong numbers beside each other take turns, and keep no order waiting. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { CataloguePage, CatalogueVariant } from '../../src/domain/catalogue.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { takeProductsOfShop } from '../../src/postgres/mapping/products-of-shop.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { SHOP, Warehouse } from './warehouse.ts';

type Options = Parameters<Warehouse['importText']>[3];

const WHO = { by: 'Ann', reason: 'a test' };

let warehouse: Warehouse;
let files = 0;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  await count(['HAT,SOHO,0', 'SHIRT,SOHO,0']);
});

function send(type: FeedType, header: string, rows: readonly string[], options: Options = {}) {
  const text = `${header}\n${rows.join('\n')}\n`;
  return warehouse.importText(type, text, `feed-${(files += 1)}.csv`, { passesGates: true, ...options });
}

const count = (rows: readonly string[], options?: Options) =>
  send('RESET_INVENTORY', 'idValue,facilityId,availableQty', rows, options);
const change = (rows: readonly string[], options?: Options) =>
  send('MDM_INV_VARIANCE', 'idValue,facilityId,availableDelta', rows, options);
const order = (rows: readonly string[], options?: Options) =>
  send(
    'ORDER_ITEMS',
    'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate',
    rows.map((row) => `${row},SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`),
    options,
  );

/** Large, by the size of its chunks. */
const LARGE = { chunkRows: 1, chunksAtOnce: 1 };

const onHand = async (sku: string) => (await warehouse.readLevels(sku, 'SOHO')).qoh;

async function lastImport(): Promise<number> {
  const [last] = await listImports(warehouse.database, { limit: 1 });
  return last?.importId ?? 0;
}

/** Begins `work` while the import is where it is, and lets it go on once that waits. */
function beside<Result>(work: () => Promise<Result>) {
  let begun: Promise<Result> | undefined;
  return {
    begin: async () => {
      if (begun) return true;
      begun = work();
      begun.catch(() => undefined);
      await untilWaiting(warehouse.database, 1);
      return true;
    },
    end: () => begun,
  };
}

test('a large count is judged by what a small one has made that came before it', async () => {
  const large = beside(() => count(['HAT,SOHO,20', 'SHIRT,SOHO,1'], LARGE));
  await count(['HAT,SOHO,10'], { isUnchanged: large.begin });
  await large.end();
  expect(await onHand('HAT')).toBe(20);
});

test('a difference that comes before a large count, and is undone after it, is in what was counted', async () => {
  const large = beside(() => count(['HAT,SOHO,20', 'SHIRT,SOHO,1'], LARGE));
  await change(['HAT,SOHO,5'], { isUnchanged: large.begin, writtenAt: new Date(Date.now() - 60_000) });
  const difference = await lastImport();
  await large.end();
  const { countedSince } = await undoImport(warehouse.database, difference, WHO);
  expect({ countedSince, onHand: await onHand('HAT') }).toEqual({ countedSince: 1, onHand: 20 });
});

test('an undo waits while a large count is judged, and leaves what it has counted', async () => {
  await count(['HAT,SOHO,10']);
  const first = await lastImport();
  const undo = beside(() => undoImport(warehouse.database, first, WHO));
  await count(['HAT,SOHO,20', 'SHIRT,SOHO,1'], { ...LARGE, isUnchanged: undo.begin });
  expect(await undo.end()).toMatchObject({ countedSince: 1 });
  expect(await onHand('HAT')).toBe(20);
});

test('a small count waits for the end of a large one; undone, the large one stands', async () => {
  const small = beside(() => count(['SHIRT,SOHO,30']));
  await count(['HAT,SOHO,8', 'SHIRT,SOHO,4'], { ...LARGE, onChunk: async () => void (await small.begin()) });
  await small.end();
  expect(await onHand('SHIRT')).toBe(30);
  await undoImport(warehouse.database, await lastImport(), WHO);
  expect(await onHand('SHIRT')).toBe(4);
});

test('a posting of an order waits neither for a large count nor for a small one that waits for it', async () => {
  const small = beside(() => count(['HAT,SOHO,10']));
  await count(['HAT,SOHO,20', 'SHIRT,SOHO,1'], {
    ...LARGE,
    isUnchanged: async () => {
      await small.begin();
      await warehouse.database.transaction(async (connection) => {
        await connection.query(`SET LOCAL lock_timeout = '10ms'`);
        await connection.query(
          `INSERT INTO inventory_item_detail
             (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
           VALUES ('10001', 'SOHO', -1, 0, 'ORDER_SHIPPED', 'an order')`,
        );
      });
      return true;
    },
  });
  await small.end();
  expect(await onHand('HAT')).toBe(10);
});

test('a small feed has locked no level while its file is looked at for the last time, however long the server takes', async () => {
  const isFree = async () => {
    await warehouse.database.query(
      `SELECT FROM product_facility WHERE product_id = '10001' FOR UPDATE NOWAIT`,
    );
    return true;
  };
  for (const send of [count, change]) await send(['HAT,SOHO,20'], { isUnchanged: isFree });
  const grown = count(['HAT,SOHO,9'], { isUnchanged: () => Promise.resolve(false) });
  await expect(grown).rejects.toMatchObject({ code: 'FEED_UNSETTLED' });
  expect(await onHand('HAT')).toBe(40);
});

test('a dry run beside a large import that was cut off says that it does not know of the rest', async () => {
  const killed = () => Promise.reject(new Error('killed'));
  await expect(change(['HAT,SOHO,1', 'SHIRT,SOHO,5'], { ...LARGE, onChunk: killed })).rejects.toThrow();
  const dryRun = { dryRun: true };
  const warnings = [{ code: 'DRY_RUN_BESIDE_UNFINISHED', rows: 1 }];
  expect(await count(['SHIRT,SOHO,9'], dryRun)).toMatchObject({ warnings });
  expect(await order(['DRY,1,HAT,1'], dryRun)).not.toHaveProperty('warnings');
  await finishBrokenOff(warehouse.database);
  expect(await count(['SHIRT,SOHO,9'], dryRun)).not.toHaveProperty('warnings');
});

test.for([2, 9])(
  'a count in chunks of %i rows and whoever posts to one of its levels and then to a new one wait in no circle',
  async (chunkRows) => {
    // The tie is new, and is counted together with the hat.
    const [sku, other] = [`TIE-${chunkRows}`, `ZIP-${chunkRows}`];
    await warehouse.database.query('INSERT INTO product (product_id, sku) VALUES ($1, $1), ($2, $2)', [
      sku,
      other,
    ]);
    const post = `INSERT INTO inventory_item_detail
      (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
      VALUES ($1, 'SOHO', 1, 0, 'ORDER_SHIPPED', 'an order')`;
    let counting: Promise<unknown> = Promise.resolve();
    await warehouse.database.transaction(async (connection) => {
      await connection.query(post, ['10001']);
      counting = count(['HAT,SOHO,5', `${sku},SOHO,0`, `${other},SOHO,1`], { chunkRows });
      counting.catch(() => undefined);
      await untilWaiting(warehouse.database, 1);
      await connection.query(post, [sku]);
    });
    await counting;
  },
);

test('a difference that was broken off is posted before what is counted next', async () => {
  const killed = () => Promise.reject(new Error('killed'));
  await expect(change(['HAT,SOHO,1', 'SHIRT,SOHO,5'], { ...LARGE, onChunk: killed })).rejects.toThrow();
  await count(['HAT,SOHO,20', 'SHIRT,SOHO,20']);
  await finishBrokenOff(warehouse.database);
  expect([await onHand('HAT'), await onHand('SHIRT')]).toEqual([20, 20]);
});

test('a later feed of orders waits for the end of a large one, and its lines are the last', async () => {
  const later = beside(() => order(['Z,1,HAT,2']));
  await order(['A,1,SHIRT,2', 'Z,1,HAT,5'], { ...LARGE, onChunk: async () => void (await later.begin()) });
  await later.end();
  expect(await warehouse.readLevels('HAT', 'SOHO')).toMatchObject({ reserved: 2 });
});

/** Counts a product by what its shop shows. */
async function countByShop(sku: string, units: number): Promise<void> {
  const variant: CatalogueVariant = {
    ...{ sku, variantId: 'gid://shopify/ProductVariant/1', inventoryPolicy: 'DENY' },
    ...{ inventoryItemId: 'gid://shopify/InventoryItem/1', tracked: true, levelActive: true },
  };
  const pages = async function* (): AsyncGenerator<CataloguePage> {
    await Promise.resolve();
    yield { variants: [variant], next: null };
  };
  await takeProductsOfShop(warehouse.database, {
    ...{ shopId: SHOP, isUsable: () => true, dryRun: false, pages: pages() },
    first: { facilityId: 'SOHO', readUnits: () => Promise.resolve([units]) },
  });
}

test('what a shop shows is no count of a product that somebody posts to at that moment', async () => {
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) VALUES ('MUG', 'MUG');
     INSERT INTO product_facility (product_id, facility_id) VALUES ('MUG', 'SOHO')`,
  );
  const shop = beside(() => countByShop('MUG', 7));
  // It has posted, and tells its refused row before it commits.
  await change(['MUG,SOHO,3', 'NONE,SOHO,1'], { onRefused: async () => void (await shop.begin()) });
  await shop.end();
  expect(await onHand('MUG')).toBe(3);
});

test('nor of one of which a count is still to be posted, and it is one where a count has found nothing', async () => {
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) VALUES ('CAP', 'CAP'), ('ZIP', 'ZIP')`,
  );
  const killed = () => Promise.reject(new Error('killed'));
  await expect(
    count(['CAP,SOHO,5', 'HAT,SOHO,5', 'ZIP,SOHO,5'], { ...LARGE, onChunk: killed }),
  ).rejects.toThrow();
  await countByShop('ZIP', 7);
  await finishBrokenOff(warehouse.database);
  expect(await onHand('ZIP')).toBe(5);

  await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('BAG', 'BAG')`);
  await count(['BAG,SOHO,0']);
  await countByShop('BAG', 7);
  expect(await onHand('BAG')).toBe(7);
});

test('a dry run does not wait for a large import of its class, and says so; one of the other class runs beside it', async () => {
  const told: unknown[] = [];
  const dryRun = { dryRun: true };
  // Whoever waited here would wait for itself until the end of its own limit, and say that.
  const tell = (run: Promise<unknown>) => run.catch((error: unknown) => error).then((end) => told.push(end));
  await count(['HAT,SOHO,3', 'SHIRT,SOHO,4'], {
    ...LARGE,
    onChunk: async ({ done }) => {
      if (done !== 1) return;
      await tell(change(['HAT,SOHO,1'], dryRun));
      await tell(count(['HAT,SOHO,1', 'SHIRT,SOHO,2'], { ...LARGE, ...dryRun }));
      await tell(order(['DRY,1,HAT,1'], dryRun));
    },
  });
  const reason = expect.stringContaining('a large import is being posted') as string;
  expect(told).toMatchObject([
    { code: 'IMPORT_BUSY', detail: { reason } },
    { code: 'IMPORT_BUSY', detail: { reason } },
    { applied: 1 },
  ]);
  expect(await count(['HAT,SOHO,1'], dryRun)).toMatchObject({ applied: 1 });
  expect(await onHand('HAT')).toBe(3);
});
