/** Lists that have pages: `next` is told when there is a row that it would bring, and only then. */
import { beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/operations/operations.ts';
import type { OperationFacts } from '../../src/operations/operation.ts';
import { rowsIn } from '../../src/operations/rows-as-csv.ts';
import { endVerification } from '../../src/postgres/lane/verification-history.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { openApi, type ApiUnderTest } from './api-under-test.ts';

/** Each list, and how it is asked for. */
const LISTS: readonly (readonly [name: string, query: string])[] = [
  ['audit.log', ''],
  ['facility.list', ''],
  ['group.list', ''],
  ['import.list', ''],
  ['import.list', 'state=held'],
  ['import.list', 'state=applied'],
  ['import.refused', 'importId=1'],
  ['job.list', ''],
  ['lane.files', 'shopId=mugs'],
  ['lane.plan', 'shopId=mugs&plan=1'],
  ['lane.quarantine', 'shopId=mugs'],
  ['product.list', ''],
  ['product.list', 'search=p'],
  ['product.pushes', 'shopId=mugs&sku=P1'],
  ['shop.differences', 'shopId=mugs'],
  ['whatif.show', 'facilityId=F1&sells=false'],
];

let api: ApiUnderTest;

beforeAll(async () => {
  const { address, namespace } = await freshNamespace();
  api = await openApi({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  const { database } = api;
  for (const statement of SCENE) await database.query(statement);
  await endVerification(
    database,
    { shopId: 'mugs', verification: 'run 0' },
    {
      ...{ beganAt: new Date().toISOString(), isSample: false, checked: 4 },
      ...{ different: 4, causes: { CHANGED_ON_SHOPIFY: 4 } },
    },
  );
});

/** Four of everything, beside what a new installation has. */
const SCENE = [
  `INSERT INTO facility (facility_id, facility_name, facility_type_id)
   SELECT 'F' || n, 'Facility ' || n, 'RETAIL_STORE' FROM generate_series(1, 4) AS n`,
  `INSERT INTO facility_group (facility_group_id, facility_group_name, facility_group_type_id)
   SELECT 'G' || n, 'Group ' || n, (SELECT facility_group_type_id FROM facility_group LIMIT 1) FROM generate_series(1, 3) AS n`,
  `INSERT INTO facility_group_member SELECT 'FAC_GRP', facility_id, '2020-01-01' FROM facility`,
  `INSERT INTO product (product_id, sku) SELECT 'P' || n, 'P' || n FROM generate_series(1, 4) AS n`,
  `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
   SELECT product_id, 'F1', 5, 0, 'VAR_MANUAL', 'test' FROM product`,
  `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version)
   VALUES ('mugs', 'mugs.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP', 'env:NONE', '2026-10')`,
  `INSERT INTO shop_product SELECT 'mugs', product_id, 'item ' || product_id, 'variant ' || product_id FROM product`,
  `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot,
     effective_at, row_count, applied_count, created_at, closed_at, oldest_change_at)
   SELECT 'mugs', n, 'recent-changes', 'APPLIED', 'mugs ' || n, 'FAC_GRP', 'gid://shopify/Location/1', pg_current_snapshot(),
     now(), 4, 4, now(), now(), now() FROM generate_series(1, 4) AS n`,
  `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
   SELECT 'mugs', sequence, n - 1, 'P' || n, 'P' || n, 'item P' || n, 5
   FROM generate_series(1, 4) AS sequence, generate_series(1, 4) AS n`,
  `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, error_code, error_message)
   SELECT 'mugs', product_id, 4, 'QUARANTINED', 5, 'ITEM_NOT_TRACKED', 'not tracked' FROM product`,
  `INSERT INTO verification_history (shop_id, verification, began_at, verified_at, is_sample, checked, different, causes)
   VALUES ('mugs', 'run 0', now(), now(), false, 4, 4, '{"CHANGED_ON_SHOPIFY": 4}')`,
  `INSERT INTO verification_difference (shop_id, verification, sku, product_id, online_atp, shopify, cause)
   SELECT 'mugs', 'run 0', sku, product_id, 5, 6, 'CHANGED_ON_SHOPIFY' FROM product`,
  `INSERT INTO sync_plan (shop_id, plan, kind, state, producer_key, counts)
   VALUES ('mugs', 1, 'recent-changes', 'HELD', 'test', '{"COLLAPSE": 4}')`,
  `INSERT INTO sync_plan_row (shop_id, plan, product_id, quantity_before, quantity)
   SELECT 'mugs', 1, product_id, 100, 1 FROM product`,
  `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state)
   SELECT state || n, state || n, 'RESET_INVENTORY', now(), state
   FROM generate_series(1, 2) AS n, unnest(ARRAY['held', 'applied']) AS state`,
  `INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count)
   SELECT import_key, file_name, feed_type, 4, 0, 4 FROM feed_import WHERE import_id = 1`,
  `INSERT INTO import_file_error SELECT sha256, n, '', 'PRODUCT_UNKNOWN', 'unknown', '["HAT", "1"]'
   FROM import_file, generate_series(2, 5) AS n`,
  `INSERT INTO audit_log (act, actor, via, started_at, ended_at, outcome, input)
   SELECT 'group.set', 'Ann', 'cli', now(), now(), 'DONE', '{"threshold": 1}' FROM generate_series(1, 4)`,
];

const pathOf = (name: string) => `/api/${name.replaceAll('.', '/')}`;

async function read(name: string, query: string, limit: number, after?: string | number | null) {
  const from = after === undefined ? '' : `&after=${encodeURIComponent(after ?? '')}`;
  const { status, text, json } = await api.ask(`${pathOf(name)}?${query}&limit=${limit}${from}`);
  expect(status, text).toBe(200);
  return { rows: rowsIn(json) ?? [], next: (json as { readonly next: string | number | null }).next };
}

test('each list with pages is here', () => {
  const paged = OPERATIONS.filter(({ fields }: OperationFacts) => 'after' in fields && 'limit' in fields);
  expect([...new Set(LISTS.map(([name]) => name))].toSorted()).toEqual(
    paged.map(({ name }) => name).toSorted(),
  );
});

test.each(LISTS)('%s %s tells no page that would be empty', async (name, query) => {
  const { rows, next } = await read(name, query, 100);
  expect(rows.length).toBeGreaterThan(1);
  expect(next).toBeNull();
  expect(await read(name, query, rows.length)).toEqual({ rows, next: null });
  const allButOne = await read(name, query, rows.length - 1);
  expect(allButOne.rows).toEqual(rows.slice(0, -1));
  expect(await read(name, query, rows.length - 1, allButOne.next)).toEqual({
    rows: rows.slice(-1),
    next: null,
  });
});
