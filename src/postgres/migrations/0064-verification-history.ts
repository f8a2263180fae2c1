import type { Knex } from 'knex';

/** Verifications are remembered with what they have found, and a file with the run that began to apply it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE verification_history (
      -- Cascading, because a worker of the release before removes shops, too, and does not know of it.
      shop_id      text NOT NULL REFERENCES shop ON DELETE CASCADE,
      verification text NOT NULL,
      began_at     timestamptz NOT NULL,
      verified_at  timestamptz NOT NULL,
      is_sample    boolean NOT NULL,
      checked      integer NOT NULL,
      different    integer NOT NULL,
      causes       jsonb NOT NULL,
      PRIMARY KEY (shop_id, verification)
    );
    CREATE INDEX verification_history_by_time ON verification_history (shop_id, is_sample, verified_at);
    CREATE INDEX verification_history_to_purge ON verification_history (verified_at);
    COMMENT ON TABLE verification_history IS 'What each verification has found, also what ends by itself.';
    COMMENT ON COLUMN verification_history.verification IS 'The run that has made it.';
    COMMENT ON COLUMN verification_history.began_at IS 'What was done before it was read back by it.';
    COMMENT ON COLUMN verification_history.is_sample IS 'Only some products were compared.';
    COMMENT ON COLUMN verification_history.different IS 'All products that differed.';

    CREATE TABLE verification_difference (
      shop_id      text NOT NULL REFERENCES shop ON DELETE CASCADE,
      verification text NOT NULL,
      sku          text NOT NULL,
      product_id   text NOT NULL,
      online_atp   integer NOT NULL,
      shopify      integer,
      cause        text NOT NULL,
      seen_at      timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (shop_id, verification, sku)
    );
    COMMENT ON TABLE verification_difference IS
      'The differences of the last verification of all products of a shop, and of its last sample; the first ones, where they are very many.';
    COMMENT ON COLUMN verification_difference.shopify IS 'Units for sale on Shopify; null: it does not know the item.';

    ALTER TABLE upload_file ADD COLUMN applier_key text;
    COMMENT ON COLUMN upload_file.applier_key IS
      'The workflow that has begun to apply it last, and the first run of its chain; null: none has, or a release that did not record this.';
    CREATE INDEX upload_file_by_end ON upload_file (shop_id, closed_at) WHERE closed_at IS NOT NULL;
  `);
  for (const table of ['verification_history', 'verification_difference']) {
    await knex.raw(`
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    `);
  }
}
