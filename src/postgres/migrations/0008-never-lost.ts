import type { Knex } from 'knex';

/** From state, to state: FILE_MOVES of src/domain/upload-file.ts, as of this release. A test holds the two equal. */
const FILE_MOVES = [
  ['WRITING', 'READY'],
  ['WRITING', 'BLOCKED'],
  ['WRITING', 'SUPERSEDED'],
  ['READY', 'APPLYING'],
  ['READY', 'BLOCKED'],
  ['READY', 'SUPERSEDED'],
  ['APPLYING', 'APPLIED'],
  ['APPLYING', 'PARTIAL'],
  ['APPLYING', 'BLOCKED'],
  ['APPLYING', 'SUPERSEDED'],
  ['BLOCKED', 'WRITING'],
  ['BLOCKED', 'READY'],
  ['BLOCKED', 'APPLYING'],
  ['BLOCKED', 'SKIPPED'],
  ['BLOCKED', 'SUPERSEDED'],
];

/** Decisions by people, held plans, the chain of snapshots, unseen sales, and what tells a restored database. */
export async function up(knex: Knex): Promise<void> {
  await files(knex);
  await decisionsAndPlans(knex);
  await chainAndOrigin(knex);
  await unseenSales(knex);
}

async function files(knex: Knex): Promise<void> {
  const moves = FILE_MOVES.map(([from, to]) => `('${from}', '${to}')`).join(', ');
  await knex.raw(`
    ALTER TABLE upload_file
      DROP CONSTRAINT upload_file_state_check,
      ADD CONSTRAINT upload_file_state_check CHECK (state IN
        ('WRITING', 'READY', 'APPLYING', 'APPLIED', 'PARTIAL', 'BLOCKED', 'SKIPPED', 'SUPERSEDED')),
      ADD COLUMN started_at timestamptz,
      ADD COLUMN blocked_at timestamptz,
      ADD COLUMN orders_imported_until timestamptz,
      ADD COLUMN restore_generation integer NOT NULL DEFAULT 0,
      ADD COLUMN rows_purged_at timestamptz;
    COMMENT ON COLUMN upload_file.restore_generation IS
      'Of its shop, when it was numbered: where it rises, a gap before the number is explained by a restore.';
    COMMENT ON COLUMN upload_file.rows_purged_at IS 'When its rows and calls were removed; null: they are kept.';
    CREATE INDEX upload_file_to_purge ON upload_file (closed_at)
      WHERE rows_purged_at IS NULL AND state IN ('APPLIED', 'PARTIAL', 'SKIPPED', 'SUPERSEDED');
    COMMENT ON COLUMN upload_file.started_at IS 'When the lane began to apply it.';
    COMMENT ON COLUMN upload_file.blocked_at IS 'When it was last BLOCKED: the lane has sent nothing of it since.';
    COMMENT ON COLUMN upload_file.orders_imported_until IS
      'Of its snapshot: the shop''s orders up to this time are imported. A drop on Shopify that was seen before it is no unseen sale.';

    DROP INDEX upload_file_to_archive;
    CREATE INDEX upload_file_to_archive ON upload_file (shop_id, sequence)
      WHERE archived_at IS NULL AND state IN ('APPLIED', 'PARTIAL', 'SKIPPED', 'SUPERSEDED');

    CREATE FUNCTION check_file_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (OLD.state, NEW.state) NOT IN (${moves}) THEN
        RAISE EXCEPTION 'file % of shop % cannot become %, it is %', OLD.sequence, OLD.shop_id, NEW.state, OLD.state;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER moves_as_documented BEFORE UPDATE OF state ON upload_file FOR EACH ROW
      WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_file_move();

    ALTER TABLE shopify_call
      DROP CONSTRAINT shopify_call_state_check,
      ADD CONSTRAINT shopify_call_state_check
        CHECK (state IN ('STORED', 'APPLIED', 'REFUSED', 'EXPIRED_UNKNOWN')),
      ADD COLUMN repeated boolean NOT NULL DEFAULT false,
      ADD COLUMN debts jsonb;
    COMMENT ON COLUMN shopify_call.state IS
      'STORED = may or may not have reached Shopify: repeat it, never change it. EXPIRED_UNKNOWN = it was never answered, and is too old to be repeated.';
    COMMENT ON COLUMN shopify_call.repeated IS 'It was sent before, and no answer came: a refusal of the repeat says nothing of the first.';
    COMMENT ON COLUMN shopify_call.debts IS
      'By product, what was held back for unseen sales: applied_row takes it over when the call is answered.';

    CREATE INDEX shopify_call_in_doubt ON shopify_call (shop_id, sequence)
      WHERE state = 'EXPIRED_UNKNOWN' OR (state = 'REFUSED' AND repeated);

    ALTER TABLE lane ADD COLUMN holder_workflow_id text;
    COMMENT ON COLUMN lane.holder_workflow_id IS 'The workflow whose run holds the lane: Temporal is asked whether it still runs.';

    ALTER TABLE facility ADD COLUMN closed_date timestamptz;
    COMMENT ON COLUMN facility.closed_date IS 'From this instant the facility sells online in no group; null: it is open.';
  `);
}

async function decisionsAndPlans(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shop
      ADD COLUMN to_zero_limit_percent integer NOT NULL DEFAULT 20 CHECK (to_zero_limit_percent BETWEEN 0 AND 100);
    COMMENT ON COLUMN shop.to_zero_limit_percent IS
      'A file that would send more than this share of the shop''s mapped products to zero is held until a person approves it.';

    CREATE TABLE sync_plan (
      shop_id       text NOT NULL REFERENCES shop,
      plan          integer NOT NULL CHECK (plan > 0),
      kind          text NOT NULL CHECK (kind IN ('hard-sync', 'recent-changes')),
      state         text NOT NULL CHECK (state IN ('HELD', 'APPROVED', 'REJECTED', 'REPLACED')),
      cause         text NOT NULL CHECK (cause IN ('FIRST_HARD_SYNC', 'TO_ZERO')),
      producer_key  text NOT NULL UNIQUE,
      row_count     integer NOT NULL,
      to_zero_count integer NOT NULL,
      product_count integer NOT NULL,
      sequence      bigint,
      approval_key  text UNIQUE,
      made_at       timestamptz NOT NULL DEFAULT now(),
      closed_at     timestamptz,
      PRIMARY KEY (shop_id, plan)
    );
    CREATE UNIQUE INDEX sync_plan_held ON sync_plan (shop_id, kind) WHERE state = 'HELD';
    COMMENT ON TABLE sync_plan IS 'A file that was not made: it would have changed too much, and a person decides.';
    COMMENT ON COLUMN sync_plan.to_zero_count IS 'Products that it would send from above zero to zero; all of them are in sync_plan_row.';
    COMMENT ON COLUMN sync_plan.product_count IS 'Products of the shop that are mapped: what the share is of.';
    COMMENT ON COLUMN sync_plan.sequence IS 'The file that came of it, once it is APPROVED.';
    COMMENT ON COLUMN sync_plan.approval_key IS 'The decision that approved it: repeated, it finds its own outcome.';

    CREATE TABLE sync_plan_row (
      shop_id         text NOT NULL,
      plan            integer NOT NULL,
      product_id      text NOT NULL,
      quantity_before integer NOT NULL,
      PRIMARY KEY (shop_id, plan, product_id),
      FOREIGN KEY (shop_id, plan) REFERENCES sync_plan
    );

    CREATE TABLE lane_decision (
      decision_key text PRIMARY KEY,
      shop_id      text NOT NULL REFERENCES shop,
      decision     text NOT NULL CHECK (decision IN ('retry', 'rewrite', 'skip', 'release', 'approve', 'reject')),
      sequence     bigint,
      plan         integer,
      decided_by   text NOT NULL,
      reason       text,
      outcome      jsonb NOT NULL,
      decided_at   timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX lane_decision_by_shop ON lane_decision (shop_id, decided_at);
    COMMENT ON TABLE lane_decision IS 'What people decided, who and why. Never changed.';
    COMMENT ON COLUMN lane_decision.decision_key IS 'The update that brought it: repeated, it finds its own outcome.';
  `);
}

async function chainAndOrigin(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE snapshot_step (
      shop_id      text NOT NULL REFERENCES shop,
      step         bigint NOT NULL CHECK (step > 0),
      kind         text NOT NULL CHECK (kind IN ('hard-sync', 'recent-changes')),
      base         pg_snapshot,
      snapshot     pg_snapshot NOT NULL,
      effective_at timestamptz NOT NULL,
      sequence     bigint,
      made_at      timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (shop_id, step)
    );
    COMMENT ON TABLE snapshot_step IS
      'The chain of a shop''s baselines, with and without a file: each delta begins where the step before it ended.';
    COMMENT ON COLUMN snapshot_step.base IS 'Where it began; null for a Hard Sync, which holds everything.';
    -- Of what was made before: each Hard Sync, and where the next delta begins.
    INSERT INTO snapshot_step (shop_id, step, kind, snapshot, effective_at, sequence)
      SELECT shop_id, row_number() OVER (PARTITION BY shop_id ORDER BY sequence), 'hard-sync', snapshot,
        effective_at, nullif(sequence, 9223372036854775807)
      FROM (
        SELECT shop_id, sequence, snapshot, effective_at FROM upload_file WHERE kind = 'hard-sync'
        UNION ALL
        SELECT shop_id, 9223372036854775807, snapshot, effective_at FROM shop_baseline
      ) AS made;

    CREATE TABLE shop_origin (
      shop_id          text PRIMARY KEY REFERENCES shop,
      incarnation      text NOT NULL,
      server_start     timestamptz NOT NULL,
      highest_sequence bigint NOT NULL DEFAULT 0,
      restored_reason  text
    );
    COMMENT ON TABLE shop_origin IS 'In which database the shop''s files were numbered: a restored one is noticed by it.';
    COMMENT ON COLUMN shop_origin.incarnation IS 'Cluster, timeline, database and table: it changes with every restore and every failover.';
    COMMENT ON COLUMN shop_origin.server_start IS
      'Start of the server for which SFTP was searched for higher numbers: a copied disk has the same incarnation, and was started since.';
    COMMENT ON COLUMN shop_origin.restored_reason IS 'Why nothing is sent before the next Hard Sync; null: all is well.';

    ALTER TABLE shop ADD COLUMN restore_generation integer NOT NULL DEFAULT 0;
    COMMENT ON COLUMN shop.restore_generation IS 'Rises with each restore of the database; part of every idempotency key.';
  `);
}

/** What an order line has taken from Shopify and not given back, in units. */
const UNITS_SOLD = `(CASE WHEN status_id = 'ITEM_CANCELLED' THEN 0 ELSE greatest(0, quantity - cancel_quantity) END)`;

async function unseenSales(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shop
      ADD COLUMN sales_policy text NOT NULL DEFAULT 'keep-unseen-sales'
        CHECK (sales_policy IN ('keep-unseen-sales', 'overwrite'));

    ALTER TABLE upload_file_row ADD COLUMN imported_units bigint NOT NULL DEFAULT 0;
    COMMENT ON COLUMN upload_file_row.imported_units IS 'Units of the shop''s order lines imported by the file''s snapshot, less what was cancelled.';

    ALTER TABLE applied_row
      ADD COLUMN last_known integer,
      ADD COLUMN pushed_sequence bigint,
      ADD COLUMN imported_units bigint NOT NULL DEFAULT 0,
      ADD COLUMN debt integer NOT NULL DEFAULT 0 CHECK (debt >= 0),
      ADD COLUMN drops jsonb,
      ADD COLUMN inventory_item_id text,
      ADD COLUMN looked_at timestamptz;
    UPDATE applied_row AS applied
    SET last_known = coalesce(applied.sent, applied.observed), pushed_sequence = applied.sequence,
      inventory_item_id = row.inventory_item_id
    FROM upload_file_row AS row
    WHERE applied.outcome IN ('APPLIED', 'UNCHANGED') AND row.shop_id = applied.shop_id
      AND row.sequence = applied.sequence AND row.product_id = applied.product_id;
    COMMENT ON COLUMN applied_row.last_known IS 'Units on Shopify after our last push: what was sent, or found equal. Null: never pushed.';
    COMMENT ON COLUMN applied_row.pushed_sequence IS 'File of the last push: its last write, or the last that found the value equal.';
    COMMENT ON COLUMN applied_row.imported_units IS 'Of the file of the last push: what was imported since is the difference.';
    COMMENT ON COLUMN applied_row.debt IS 'Units that Shopify has sold and whose orders are not imported: held back from what is written.';
    COMMENT ON COLUMN applied_row.drops IS 'What has raised the debt lately, paid or not: [{"at": time, "units": n}, …], oldest first.';
    COMMENT ON COLUMN applied_row.inventory_item_id IS
      'The item that last_known is of: another item of the product is met for the first time.';
    COMMENT ON COLUMN applied_row.looked_at IS 'When the item of a quarantined row was read last, to see whether its cause is gone.';
    CREATE INDEX applied_row_in_debt ON applied_row (shop_id, product_id) WHERE debt > 0;
    CREATE INDEX applied_row_set_apart ON applied_row (shop_id, product_id) WHERE outcome IN ('QUARANTINED', 'OWED');

    CREATE TABLE shop_imported_units (
      shop_id    text NOT NULL,
      product_id text NOT NULL,
      units      bigint NOT NULL,
      PRIMARY KEY (shop_id, product_id)
    );
    COMMENT ON TABLE shop_imported_units IS
      'Units of a shop''s imported order lines, less what was cancelled: what its orders have taken from Shopify, as far as they are known.';
    INSERT INTO shop_imported_units
      SELECT shop_id, product_id, sum(${UNITS_SOLD}) FROM order_item WHERE shop_id IS NOT NULL GROUP BY 1, 2;
    UPDATE applied_row AS applied SET imported_units = imported.units FROM shop_imported_units AS imported
    WHERE imported.shop_id = applied.shop_id AND imported.product_id = applied.product_id;

    ALTER TABLE published_row ADD COLUMN imported_units bigint NOT NULL DEFAULT 0;
    UPDATE published_row AS published SET imported_units = imported.units FROM shop_imported_units AS imported
      WHERE (published.shop_id, published.product_id) = (imported.shop_id, imported.product_id);

    CREATE TABLE shop_orders (
      shop_id        text PRIMARY KEY,
      imported_until timestamptz NOT NULL
    );
    COMMENT ON COLUMN shop_orders.imported_until IS 'Date of the newest imported order of the shop, never in the future.';
    INSERT INTO shop_orders
      SELECT shop_id, max(least(order_date, now())) FROM order_item WHERE shop_id IS NOT NULL GROUP BY 1;

    CREATE FUNCTION count_imported_units() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- In key order, so that two imports cannot wait for each other in a circle.
      IF TG_OP = 'INSERT' THEN
        INSERT INTO shop_imported_units AS counted (shop_id, product_id, units)
        SELECT shop_id, product_id, sum(${UNITS_SOLD}) FROM new_rows
        WHERE shop_id IS NOT NULL GROUP BY shop_id, product_id ORDER BY shop_id, product_id
        ON CONFLICT (shop_id, product_id) DO UPDATE SET units = counted.units + excluded.units;
      ELSE
        INSERT INTO shop_imported_units AS counted (shop_id, product_id, units)
        SELECT shop_id, product_id, sum(units) FROM (
          SELECT shop_id, product_id, ${UNITS_SOLD} AS units FROM new_rows
          UNION ALL
          SELECT shop_id, product_id, -${UNITS_SOLD} FROM old_rows
        ) AS line
        WHERE shop_id IS NOT NULL
        GROUP BY shop_id, product_id HAVING sum(units) <> 0 ORDER BY shop_id, product_id
        ON CONFLICT (shop_id, product_id) DO UPDATE SET units = counted.units + excluded.units;
      END IF;
      INSERT INTO shop_orders AS known (shop_id, imported_until)
      SELECT shop_id, max(least(order_date, now())) FROM new_rows
      WHERE shop_id IS NOT NULL GROUP BY shop_id ORDER BY shop_id
      ON CONFLICT (shop_id) DO UPDATE SET imported_until = excluded.imported_until
        WHERE known.imported_until < excluded.imported_until;
      RETURN NULL;
    END $$;
    CREATE TRIGGER count_units_insert AFTER INSERT ON order_item REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_imported_units();
    CREATE TRIGGER count_units_update AFTER UPDATE ON order_item REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_imported_units();
  `);
}
