/**
 * The floor of an import: what cannot be saved by whoever wants the same numbers in the database. The file comes from SFTP, is COPYed
 * as text, and is upserted set-wise into a table with the keys and indexes of ours. A count also leaves a posting for each level,
 * since a level without one could not be explained. An order line is kept, and reserves. Settings are set where they differ. What
 * has changed is logged, a row for each product, since a sync could not find it else.
 *
 * Nothing else: no row is judged, nothing refused, held, recorded, or can be taken back.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { withScratchFolder } from '../../src/sftp/scratch-folder.ts';
import type { SentFeed } from './import-feeds.ts';
import type { OwnStack } from './own-stack.ts';

const TABLES = `
  CREATE TABLE floor_level (LIKE product_facility INCLUDING DEFAULTS, PRIMARY KEY (product_id, facility_id));
  CREATE INDEX ON floor_level (facility_id);
  CREATE TABLE floor_entry (entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product_id text, facility_id text,
    on_hand integer, reserved integer, reason text, source text, created_at timestamptz DEFAULT now());
  CREATE INDEX ON floor_entry (product_id, facility_id);
  CREATE TABLE floor_order (order_id text, order_item_seq_id text, product_id text, quantity integer, cancel_quantity integer,
    facility_id text, status_id text, order_date timestamptz, PRIMARY KEY (order_id, order_item_seq_id));
  CREATE INDEX ON floor_order (product_id);
  CREATE TABLE floor_log (txid xid8 DEFAULT pg_current_xact_id(), product_id text);
  CREATE INDEX ON floor_log (txid);
  INSERT INTO floor_level SELECT * FROM product_facility;
  ANALYZE floor_level`;

const COLUMNS = {
  count:
    'facility_id text, external_id text, id_value text, id_type text, location text, comments text, reset_by_atp text, quantity integer',
  orders:
    'order_id text, seq_id text, id_value text, id_type text, quantity integer, cancel_quantity integer, facility_id text, status_id text, order_date timestamptz',
  settings: 'id_value text, id_type text, facility_id text, safety_stock integer',
} as const;

const STATEMENTS = {
  count: [
    `INSERT INTO floor_entry (product_id, facility_id, on_hand, reserved, reason, source)
     SELECT product_id, row.facility_id, row.quantity - level.quantity_on_hand, 0, 'RESET', 'floor'
     FROM floor_row AS row JOIN product ON sku = id_value
     JOIN floor_level AS level USING (product_id) WHERE level.facility_id = row.facility_id`,
    `INSERT INTO floor_level AS level (product_id, facility_id, quantity_on_hand)
     SELECT product_id, row.facility_id, quantity FROM floor_row AS row JOIN product ON sku = id_value
     ON CONFLICT (product_id, facility_id) DO UPDATE SET quantity_on_hand = excluded.quantity_on_hand`,
  ],
  orders: [
    `INSERT INTO floor_order SELECT order_id, seq_id, product_id, quantity, cancel_quantity, facility_id, status_id, order_date
     FROM floor_row JOIN product ON sku = id_value
     ON CONFLICT (order_id, order_item_seq_id) DO UPDATE SET status_id = excluded.status_id`,
    `INSERT INTO floor_entry (product_id, facility_id, on_hand, reserved, reason, source)
     SELECT product_id, facility_id, 0, quantity, 'RESERVED', 'floor' FROM floor_row JOIN product ON sku = id_value`,
    `INSERT INTO floor_level AS level (product_id, facility_id, reserved)
     SELECT product_id, facility_id, sum(quantity) FROM floor_row JOIN product ON sku = id_value GROUP BY 1, 2
     ON CONFLICT (product_id, facility_id) DO UPDATE SET reserved = level.reserved + excluded.reserved`,
  ],
  settings: [
    `INSERT INTO floor_level AS level (product_id, facility_id, minimum_stock)
     SELECT product_id, facility_id, safety_stock FROM floor_row JOIN product ON sku = id_value
     ON CONFLICT (product_id, facility_id) DO UPDATE SET minimum_stock = excluded.minimum_stock
       WHERE level.minimum_stock <> excluded.minimum_stock`,
  ],
} as const;

const LOG =
  'INSERT INTO floor_log (product_id) SELECT DISTINCT product_id FROM floor_row JOIN product ON sku = id_value';

/** Makes the floor's tables, as large as ours. The feed must lie on SFTP still. */
export async function createFloor({
  addresses,
  database,
}: OwnStack): Promise<(feed: SentFeed) => Promise<void>> {
  await database.session((session) => session.query(TABLES));
  return ({ kind, path }) =>
    withScratchFolder(async (folder) => {
      const localPath = join(folder, 'feed.csv');
      await fileDrop({ ...addresses.sftp, password: null })((drop) => drop.download(path, localPath));
      await database.session(async (session) => {
        await session.query(`BEGIN; CREATE TEMPORARY TABLE floor_row (${COLUMNS[kind]}) ON COMMIT DROP`);
        await pipeline(
          createReadStream(localPath),
          session.query(copyFrom('COPY floor_row FROM STDIN (FORMAT csv, HEADER)')),
        );
        await session.query('ANALYZE floor_row');
        for (const statement of [...STATEMENTS[kind], LOG]) await session.query(statement);
        await session.query('COMMIT');
      });
    });
}
