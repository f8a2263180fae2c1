import type { Knex } from 'knex';

/**
 * A worker of a release that does not look for rows in records would find a file with none: it would take it for applied, leave it out without
 * owing its products, and write an empty file for it. So whoever does one of these says that records are read: in the lane with each entry, else by the
 * setting `atp.reads_records` of the transaction.
 */
export async function up(knex: Knex): Promise<void> {
  await guardLane(knex);
  await guardFile(knex);
}

async function guardLane(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE lane ADD COLUMN reads_records_at_epoch bigint;
    COMMENT ON COLUMN lane.reads_records_at_epoch IS
      'The epoch at which somebody entered who reads the rows of files in upload_file_pack. Another one: a worker of an earlier release has entered since.';
    CREATE FUNCTION refuse_reader_of_no_records() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      unread bigint;
    BEGIN
      SELECT file.sequence INTO unread FROM upload_file AS file
      WHERE file.shop_id = NEW.shop_id AND file.state IN ('WRITING', 'READY', 'APPLYING', 'BLOCKED')
        AND EXISTS (SELECT FROM upload_file_pack AS pack
          WHERE pack.shop_id = file.shop_id AND pack.sequence = file.sequence AND pack.first_position = 0)
      LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'the rows of file % are in records, which this release does not read: only a worker of a later one can apply it', unread;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_reader_of_no_records BEFORE UPDATE OF epoch ON lane FOR EACH ROW
      WHEN (NEW.holder IS NOT NULL AND NEW.reads_records_at_epoch IS DISTINCT FROM NEW.epoch)
      EXECUTE FUNCTION refuse_reader_of_no_records();
  `);
}

async function guardFile(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION refuse_move_without_records() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM upload_file_pack AS pack
          WHERE pack.shop_id = NEW.shop_id AND pack.sequence = NEW.sequence AND pack.first_position = 0) THEN
        RAISE EXCEPTION 'the rows of file % are in records, which this release does not read: only a later one can move it from % to %',
          NEW.sequence, OLD.state, NEW.state;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_move_without_records BEFORE UPDATE OF state ON upload_file FOR EACH ROW
      WHEN (((OLD.state = 'WRITING' AND NEW.state = 'READY') OR (OLD.state <> 'SKIPPED' AND NEW.state = 'SKIPPED'))
        AND coalesce(current_setting('atp.reads_records', true), '') <> 'on')
      EXECUTE FUNCTION refuse_move_without_records();
  `);
}
