import type { Knex } from 'knex';

/** When each level was counted last, and when what is posted has happened: by these a count keeps what came after it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE last_count (
      product_id  text NOT NULL,
      facility_id text NOT NULL,
      counted_at  timestamptz NOT NULL,
      after_entry bigint NOT NULL,
      import_id   bigint NOT NULL,
      is_undone   boolean NOT NULL DEFAULT false,
      hides_undo  boolean NOT NULL DEFAULT false,
      PRIMARY KEY (product_id, facility_id),
      FOREIGN KEY (product_id, facility_id) REFERENCES product_facility ON DELETE CASCADE
    );
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON last_count
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE last_count IS 'The last count of each level, also one that found what was known and so posted nothing.';
    COMMENT ON COLUMN last_count.counted_at IS 'The instant that the count is about.';
    COMMENT ON COLUMN last_count.after_entry IS
      'The count has taken the place of all postings of its level up to this one that had happened by then.';
    COMMENT ON COLUMN last_count.is_undone IS 'It was undone, and what was the last count before it is not known.';

    COMMENT ON COLUMN last_count.hides_undo IS
      'Something that it had taken the place of was undone since: without the count, nobody knows what the level would be.';

    ALTER TABLE inventory_item_detail ADD COLUMN happened_at timestamptz;
    ALTER TABLE inventory_item_detail
      ALTER COLUMN happened_at SET DEFAULT nullif(current_setting('atp.happened_at', true), '')::timestamptz;
    COMMENT ON COLUMN inventory_item_detail.happened_at IS
      'When it has happened, as far as the sender or the time of its file tells; null: when it was posted.';
  `);
}
