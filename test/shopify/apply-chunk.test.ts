/** Applying a chunk to Shopify: each row right, each call applied once, whatever is lost or sold in between. */
import { describe, expect, test } from 'vitest';
import { applyChunk, type ChunkDeps } from '../../activities/apply-chunk.ts';
import type { Database } from '../../src/postgres/database.ts';
import { enterLane } from '../../src/postgres/lane.ts';
import { findShop } from '../../src/postgres/shops.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { documentText, LOCATION, SHOP as TWIN_SHOP, type TwinClient } from './twin-fixture.ts';

const SHOP = 'blue-shirts';

class ChunkBench {
  readonly database: Database;
  readonly twin: TwinClient;

  private constructor(database: Database, twin: TwinClient) {
    this.database = database;
    this.twin = twin;
  }

  /** A shop whose products show these quantities on Shopify. */
  static async open(available: Readonly<Record<string, number>>): Promise<ChunkBench> {
    const { database } = await freshDatabase();
    const { client: twin, shop } = await freshTwin();
    const seeds = Object.entries(available).map(([sku, units]) => ({ sku, title: sku, available: units }));
    const items = await twin.seed(seeds);
    await database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
       VALUES ($1, $2, $3, 'FAC_GRP', $4, $5, $6)`,
      [shop.shopId, shop.domain, shop.locationId, shop.accessTokenRef, shop.adminUrl, shop.apiVersion],
    );
    await database.query(
      'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
      [items.map((item) => item.sku)],
    );
    await database.query(
      `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])`,
      [
        SHOP,
        items.map((item) => item.sku),
        items.map((item) => item.inventoryItemId),
        items.map((item) => item.variantId),
      ],
    );
    return new ChunkBench(database, twin);
  }

  /** A file with these targets, being applied. */
  async file(sequence: number, targets: Readonly<Record<string, number>>): Promise<void> {
    await this.database.query(
      `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
         snapshot, effective_at, row_count)
       VALUES ($1, $2, 'recent-changes', 'APPLYING', $3, 'FAC_GRP', $4, pg_current_snapshot(), now(), $5)`,
      [SHOP, sequence, `test ${sequence}`, LOCATION, Object.keys(targets).length],
    );
    await this.database.query(
      `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
       SELECT $1, $2, row_number() OVER (ORDER BY sku) - 1, sku, sku, mapped.inventory_item_id, quantity
       FROM unnest($3::text[], $4::int[]) AS target (sku, quantity)
       JOIN shop_product AS mapped ON mapped.product_id = sku`,
      [SHOP, sequence, Object.keys(targets), Object.values(targets)],
    );
  }

  /** What one attempt works with. */
  async attempt(): Promise<ChunkDeps> {
    const shop = await findShop(this.database, SHOP);
    const pass = await enterLane(this.database, { shopId: SHOP, holder: 'the run' });
    if (!pass) throw new Error('The lane is busy.');
    return { database: this.database, api: openAdminApi(shop), shop, pass };
  }

  async apply(sequence: number): Promise<void> {
    await applyChunk(await this.attempt(), { sequence, chunk: 0 });
  }

  /** SKU → outcome, or the code for a row that is set apart. */
  async outcomes(sequence: number): Promise<Record<string, string>> {
    const rows = await this.database.query<{ sku: string; outcome: string }>(
      `SELECT product_id AS sku, coalesce(error_code, outcome) AS outcome
       FROM applied_row WHERE sequence = $1 ORDER BY product_id`,
      [sequence],
    );
    return Object.fromEntries(rows.map((row) => [row.sku, row.outcome]));
  }

  /** SKU → what Shopify shows. */
  async shown(): Promise<Record<string, number>> {
    const levels = await this.twin.levels();
    return Object.fromEntries(levels.map((level) => [level.sku ?? '', level.available]));
  }

  /** How often each write request changed something. */
  async writes(): Promise<number[]> {
    return (await this.twin.requests('SetOnlineAtp')).map((request) => request.applied.length);
  }

  /** The next write waits at Shopify while `meanwhile` happens. */
  async during(meanwhile: () => Promise<unknown>): Promise<void> {
    const { id } = await this.twin.hold('SetOnlineAtp');
    await this.twin.control('GET', `/holds/${id}?arrived`);
    await meanwhile();
    await this.twin.control('DELETE', `/holds/${id}`);
  }

  sell(sku: string, quantity: number): Promise<unknown> {
    return this.twin.control('POST', `/shops/${TWIN_SHOP.domain}/orders`, { lines: [{ sku, quantity }] });
  }

  fault(kind: string, times = 1): Promise<unknown> {
    return this.twin.control('POST', '/faults', { kind, operation: 'SetOnlineAtp', times });
  }
}

test('only rows that differ are written, in one call', async () => {
  const bench = await ChunkBench.open({ A: 1, B: 2, C: 3 });
  await bench.file(1, { A: 1, B: 20, C: 0 });

  await bench.apply(1);

  expect(await bench.shown()).toEqual({ A: 1, B: 20, C: 0 });
  expect(await bench.outcomes(1)).toEqual({ A: 'UNCHANGED', B: 'APPLIED', C: 'APPLIED' });
  expect(await bench.writes()).toEqual([2]);
});

test('a chunk without a difference costs a read and no write', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.file(1, { A: 1 });

  await bench.apply(1);

  expect(await bench.writes()).toEqual([]);
  expect(await bench.outcomes(1)).toEqual({ A: 'UNCHANGED' });
});

test('a chunk that is applied again does nothing', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.file(1, { A: 2 });
  await bench.apply(1);
  const before = (await bench.twin.requests()).length;

  await bench.apply(1);

  expect(await bench.twin.requests()).toHaveLength(before);
});

describe('an answer that is lost', () => {
  test.each(['http-500-after', 'drop-after', 'truncated-body-after'])(
    'after Shopify had applied the call (%s): the same request is repeated, and counts once',
    async (kind) => {
      const bench = await ChunkBench.open({ A: 1, B: 2 });
      await bench.file(1, { A: 10, B: 20 });
      await bench.fault(kind);
      await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
      expect(await bench.outcomes(1)).toEqual({});

      await bench.apply(1);

      const [first, second, ...more] = await bench.twin.requests('SetOnlineAtp');
      expect(more).toEqual([]);
      expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
      expect(await bench.writes()).toEqual([2, 0]);
      expect(await bench.outcomes(1)).toEqual({ A: 'APPLIED', B: 'APPLIED' });
    },
  );

  test('before Shopify had applied the call: the repeat applies it', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 10 });
    await bench.fault('http-500-before');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });

    await bench.apply(1);

    expect(await bench.shown()).toEqual({ A: 10 });
    expect(await bench.writes()).toEqual([0, 1]);
  });

  test('and a key that Shopify has forgotten: the compare-and-swap keeps the repeat from writing twice', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 10 });
    await bench.fault('http-500-after');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.twin.control('DELETE', `/shops/${TWIN_SHOP.domain}/idempotency-keys`);

    await bench.apply(1);

    expect(await bench.writes()).toEqual([1, 0]);
    expect(await bench.outcomes(1)).toEqual({ A: 'UNCHANGED' });
  });

  test('is not overtaken by a sale: the repeat of the old request does not put the sold unit back', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 10 });
    await bench.fault('http-500-after');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.sell('A', 1);

    await bench.apply(1);

    expect(await bench.shown()).toEqual({ A: 9 });
  });
});

describe('a row that moves between read and write', () => {
  test('is decided again on a new read, and the other rows lose nothing', async () => {
    const bench = await ChunkBench.open({ A: 5, B: 5 });
    await bench.file(1, { A: 10, B: 20 });

    await Promise.all([bench.apply(1), bench.during(() => bench.sell('A', 1))]);

    expect(await bench.shown()).toEqual({ A: 10, B: 20 });
    expect(await bench.writes()).toEqual([0, 2]);
  });

  test('three times is owed to the next file, and the other rows are applied', async () => {
    const bench = await ChunkBench.open({ A: 9, B: 5 });
    await bench.file(1, { A: 20, B: 20 });

    await Promise.all([
      bench.apply(1),
      (async () => {
        for (let time = 0; time < 3; time += 1) await bench.during(() => bench.sell('A', 1));
      })(),
    ]);

    expect(await bench.outcomes(1)).toEqual({ A: 'QUANTITY_STALE', B: 'APPLIED' });
    expect(await bench.shown()).toEqual({ A: 6, B: 20 });
    expect(await bench.database.query('SELECT product_id AS sku, cause FROM owed_row')).toEqual([
      { sku: 'A', cause: 'QUANTITY_STALE' },
    ]);
  });
});

describe('a row that cannot be applied', () => {
  test('is set apart with its reason, and the others are applied', async () => {
    const bench = await ChunkBench.open({ A: 1, 'NOT-STOCKED': 1, 'NOT-TRACKED': 1, GONE: 1 });
    await bench.file(1, { A: 5, 'NOT-STOCKED': 5, 'NOT-TRACKED': 5, GONE: 5 });
    const shop = `/shops/${TWIN_SHOP.domain}`;
    await bench.twin.control('PATCH', `${shop}/levels`, [{ sku: 'NOT-STOCKED', isActive: false }]);
    await bench.twin.control('PATCH', `${shop}/items`, [{ sku: 'NOT-TRACKED', tracked: false }]);
    await bench.twin.control('DELETE', `${shop}/variants/GONE`);

    await bench.apply(1);

    expect(await bench.outcomes(1)).toEqual({
      A: 'APPLIED',
      GONE: 'ITEM_NOT_FOUND',
      'NOT-STOCKED': 'LEVEL_INACTIVE',
      'NOT-TRACKED': 'ITEM_NOT_TRACKED',
    });
  });

  test('and that only Shopify’s refusal names is set apart as well', async () => {
    const bench = await ChunkBench.open({ A: 1, GONE: 1 });
    await bench.file(1, { A: 5, GONE: 5 });

    await Promise.all([
      bench.apply(1),
      bench.during(() => bench.twin.control('DELETE', `/shops/${TWIN_SHOP.domain}/variants/GONE`)),
    ]);

    expect(await bench.outcomes(1)).toEqual({ A: 'APPLIED', GONE: 'ITEM_NOT_FOUND' });
    expect(await bench.writes()).toEqual([0, 1]);
  });

  test('because its location is deactivated stops the shop', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 5 });
    await bench.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/locations`, [
      { id: LOCATION, isActive: false },
    ]);

    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'LOCATION_UNUSABLE' });
  });
});

describe('an attempt that comes back after another has taken its place', () => {
  test('writes nothing of its own: what it sends is the stored call', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 5 });
    const zombie = await bench.attempt();
    const { id } = await bench.twin.hold('SetOnlineAtp');
    const late = expect(applyChunk(zombie, { sequence: 1, chunk: 0 })).rejects.toMatchObject({
      code: 'LANE_ATTEMPT_OVERTAKEN',
    });
    await bench.twin.control('GET', `/holds/${id}?arrived`);
    // Shopify is still at the zombie's request: it refuses the same key until that one is done.
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.twin.control('DELETE', `/holds/${id}`);
    await late;

    await bench.apply(1);

    expect(await bench.shown()).toEqual({ A: 5 });
    expect((await bench.writes()).reduce((sum, applied) => sum + applied, 0)).toBe(1);
    expect(await bench.outcomes(1)).toEqual({ A: 'APPLIED' });
  });

  test('cannot undo later files: 5 → 7 → 5 stays 5, with three writes', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    for (const [index, quantity] of [5, 7, 5].entries()) {
      await bench.file(index + 1, { A: quantity });
      await bench.apply(index + 1);
    }
    const requests = await bench.twin.requests('SetOnlineAtp');

    for (const { variables } of requests) {
      await bench.twin.query(documentText('set-online-atp'), variables);
    }

    expect(await bench.shown()).toEqual({ A: 5 });
    expect(await bench.writes()).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test('leaves alone a row that a later file has settled', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 5 });
    await bench.file(2, { A: 7 });
    await bench.apply(2);

    await bench.apply(1);

    expect(await bench.shown()).toEqual({ A: 7 });
    expect(await bench.outcomes(2)).toEqual({ A: 'APPLIED' });
  });
});
