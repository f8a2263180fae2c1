import type { Knex } from 'knex';

/** The lane: who may apply a shop's files, what was asked of Shopify, and what became of every row. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE lane (
      shop_id    text PRIMARY KEY REFERENCES shop,
      epoch      bigint NOT NULL DEFAULT 0,
      holder     text,
      expires_at timestamptz NOT NULL DEFAULT '-infinity'
    );
    COMMENT ON COLUMN lane.epoch IS
      'Rises with every attempt that enters the lane; a write under an older epoch is refused.';
    COMMENT ON COLUMN lane.holder IS 'First execution run id of the workflow that applies files now.';

    CREATE TABLE applied_row (
      shop_id       text NOT NULL,
      product_id    text NOT NULL,
      sequence      bigint NOT NULL,
      outcome       text NOT NULL CHECK (outcome IN ('APPLIED', 'UNCHANGED', 'QUARANTINED', 'OWED')),
      target        integer NOT NULL,
      sent          integer,
      observed      integer,
      error_code    text,
      error_message text,
      settled_at    timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (shop_id, product_id)
    );
    CREATE INDEX applied_row_by_sequence ON applied_row (shop_id, sequence);
    COMMENT ON TABLE applied_row IS 'Apply time: what the last file that held the product did with it.';
    COMMENT ON COLUMN applied_row.observed IS 'Units available on Shopify when the row was decided, before our write.';

    CREATE TABLE shopify_call (
      shop_id         text NOT NULL,
      sequence        bigint NOT NULL,
      chunk           integer NOT NULL,
      generation      integer NOT NULL,
      idempotency_key uuid NOT NULL UNIQUE,
      variables       text NOT NULL,
      epoch           bigint NOT NULL,
      state           text NOT NULL CHECK (state IN ('STORED', 'APPLIED', 'REFUSED')),
      outcome         jsonb,
      stored_at       timestamptz NOT NULL DEFAULT now(),
      answered_at     timestamptz,
      PRIMARY KEY (shop_id, sequence, chunk, generation),
      FOREIGN KEY (shop_id, sequence) REFERENCES upload_file
    );
    COMMENT ON COLUMN shopify_call.variables IS
      'The request, byte for byte: a repeat is the same request, and Shopify fingerprints the field order.';
    COMMENT ON COLUMN shopify_call.state IS 'STORED = may or may not have reached Shopify: repeat it, never change it.';
  `);
}
