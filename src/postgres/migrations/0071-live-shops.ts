import type { Knex } from 'knex';

/** Shops whose changes get a delta as soon as they are made. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE live_shop (
      -- Cascading, because a worker of the release before removes shops, too, and does not know of it.
      shop_id           text PRIMARY KEY REFERENCES shop ON DELETE CASCADE,
      at_least_every_ms integer NOT NULL CHECK (at_least_every_ms > 0),
      live_since        timestamptz NOT NULL DEFAULT now(),
      paused_at         timestamptz,
      found_at          timestamptz
    );
    COMMENT ON TABLE live_shop IS 'Shops that are live: a delta is made as soon as something has changed.';
    COMMENT ON COLUMN live_shop.at_least_every_ms IS
      'How often it is looked for what changes by the clock, and so is in no row of the log.';
    COMMENT ON COLUMN live_shop.paused_at IS 'No delta is made by it until the job is resumed; null: it is not paused.';
    COMMENT ON COLUMN live_shop.found_at IS 'When a change was found last; null: none was.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON live_shop
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
