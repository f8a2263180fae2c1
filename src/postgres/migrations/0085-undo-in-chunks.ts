import type { Knex } from 'knex';

/** An undo of a large import is made in chunks, and whoever comes next goes on with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE feed_import ADD COLUMN undone_to bigint;
    COMMENT ON COLUMN feed_import.undone_to IS
      'Somebody has undone it, and its postings up to this entry of the ledger are taken back; the others are, chunk by chunk, while it is applying. Null: nobody has, or it was done at once.';

    -- A worker of an earlier release finds nothing to post of it, and would call it applied.
    CREATE FUNCTION refuse_end_of_undo() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'Import % is being undone, so it does not become %', OLD.import_id, NEW.state;
    END $$;
    CREATE TRIGGER undo_first BEFORE UPDATE OF state ON feed_import FOR EACH ROW
      WHEN (OLD.state = 'applying' AND OLD.undone_to IS NOT NULL AND NEW.state NOT IN ('applying', 'undone'))
      EXECUTE FUNCTION refuse_end_of_undo();
  `);
}
