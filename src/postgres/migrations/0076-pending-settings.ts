import type { Knex } from 'knex';

/** Settings of a large import that is judged and not set yet: they are set in chunks, so that no order waits for all of them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE pending_setting (
      import_id        bigint NOT NULL,
      chunk            integer NOT NULL,
      part             integer NOT NULL,
      product_ids      text[] NOT NULL,
      facility_ids     text[] NOT NULL,
      safety_stocks    integer[] NOT NULL,
      allow_brokerings boolean[] NOT NULL,
      PRIMARY KEY (import_id, chunk, part)
    );
    -- They are read once, and soon: to compress them takes longer than to write them.
    ALTER TABLE pending_setting
      ALTER product_ids SET STORAGE EXTERNAL, ALTER facility_ids SET STORAGE EXTERNAL,
      ALTER safety_stocks SET STORAGE EXTERNAL, ALTER allow_brokerings SET STORAGE EXTERNAL;
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON pending_setting
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE pending_setting IS
      'Settings of large imports that are judged and not set yet, a thousand in a row: the arrays have one element for each. A chunk leaves with the transaction that sets it.';
    COMMENT ON COLUMN pending_setting.chunk IS 'Rises with the product, whose settings are all in one chunk. Some numbers are left out.';
    COMMENT ON COLUMN pending_setting.part IS 'Rises with the product.';
    COMMENT ON COLUMN pending_setting.safety_stocks IS 'Null elements stay as they are.';
    COMMENT ON COLUMN pending_setting.allow_brokerings IS 'Null elements stay as they are.';

    -- A worker of an earlier release goes on with what was broken off, finds nothing in the tables that it knows, and would
    -- call it applied.
    CREATE FUNCTION refuse_end_before_settings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM pending_setting WHERE import_id = OLD.import_id) THEN
        RAISE EXCEPTION 'The end of import % is refused: some of its settings are not set yet', OLD.import_id;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER settings_first BEFORE UPDATE OF state ON feed_import FOR EACH ROW
      WHEN (OLD.state = 'applying' AND NEW.state <> 'applying') EXECUTE FUNCTION refuse_end_before_settings();
  `);
}
