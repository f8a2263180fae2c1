import type { Knex } from 'knex';

/** Files: what was computed, under which snapshot, in which order. Touched by producers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE shop_baseline (
      shop_id      text PRIMARY KEY REFERENCES shop,
      snapshot     pg_snapshot NOT NULL,
      effective_at timestamptz NOT NULL
    );
    COMMENT ON TABLE shop_baseline IS
      'Up to here the shop''s deltas are complete: every change visible in the snapshot, every membership due by effective_at.';

    CREATE TABLE upload_file (
      shop_id           text NOT NULL REFERENCES shop,
      sequence          bigint NOT NULL CHECK (sequence > 0),
      kind              text NOT NULL CHECK (kind IN ('hard-sync', 'recent-changes')),
      state             text NOT NULL
        CHECK (state IN ('WRITING', 'READY', 'APPLYING', 'APPLIED', 'PARTIAL', 'BLOCKED', 'SUPERSEDED')),
      producer_key      text NOT NULL UNIQUE,
      facility_group_id text NOT NULL REFERENCES facility_group,
      location_id       text NOT NULL,
      snapshot          pg_snapshot NOT NULL,
      effective_at      timestamptz NOT NULL,
      row_count         integer NOT NULL DEFAULT 0,
      to_zero_count     integer NOT NULL DEFAULT 0,
      applied_count     integer,
      unchanged_count   integer,
      quarantined_count integer,
      owed_count        integer,
      sha256            text,
      reason_code       text,
      reason            text,
      created_at        timestamptz NOT NULL DEFAULT now(),
      ready_at          timestamptz,
      closed_at         timestamptz,
      archived_at       timestamptz,
      PRIMARY KEY (shop_id, sequence)
    );
    CREATE INDEX upload_file_open ON upload_file (shop_id, sequence)
      WHERE state IN ('WRITING', 'READY', 'APPLYING', 'BLOCKED');
    CREATE INDEX upload_file_to_archive ON upload_file (shop_id, sequence)
      WHERE archived_at IS NULL AND state IN ('APPLIED', 'PARTIAL', 'SUPERSEDED');
    COMMENT ON COLUMN upload_file.producer_key IS 'The job run that made it: a retried producer finds its own file.';

    CREATE TABLE upload_file_row (
      shop_id           text NOT NULL,
      sequence          bigint NOT NULL,
      position          integer NOT NULL CHECK (position >= 0),
      product_id        text NOT NULL,
      sku               text NOT NULL,
      inventory_item_id text NOT NULL,
      quantity          integer NOT NULL CHECK (quantity >= 0),
      PRIMARY KEY (shop_id, sequence, position)
    );
    COMMENT ON TABLE upload_file_row IS
      'What a file says; the file on SFTP is only its rendering. Without foreign keys: a check for each of a million rows costs more than the rows, and one statement makes them from mapped products under their file.';
    CREATE TRIGGER immutable BEFORE UPDATE ON upload_file_row
      FOR EACH ROW EXECUTE FUNCTION refuse_change('the rows of a file never change, new values come in a new file');

    CREATE TABLE published_row (
      shop_id           text NOT NULL,
      product_id        text NOT NULL,
      sequence          bigint NOT NULL,
      inventory_item_id text NOT NULL,
      quantity          integer NOT NULL,
      PRIMARY KEY (shop_id, product_id)
    );
    COMMENT ON TABLE published_row IS 'File time: the last value of a product that was put into a file.';
    COMMENT ON COLUMN published_row.inventory_item_id IS
      'A product that is mapped to another item since is published anew, whatever its quantity.';

    CREATE TABLE owed_row (
      shop_id    text NOT NULL REFERENCES shop,
      product_id text NOT NULL REFERENCES product,
      cause      text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (shop_id, product_id, cause)
    );
    COMMENT ON TABLE owed_row IS 'A value that was put into a file but did not arrive: the next file carries the product again.';
  `);
}
