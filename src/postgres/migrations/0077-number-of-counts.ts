import type { Knex } from 'knex';

/**
 * A number that rises with each statement that records or forgets counts. A large count remembers it: as long as it is the same, nobody has
 * counted one of its levels since, and each chunk need not look at all of them. It rises before its transaction ends, and is never
 * taken back: in doubt it differs, and the levels are looked at.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE SEQUENCE count_number OWNED BY last_count.import_id;
    COMMENT ON SEQUENCE count_number IS 'Rises with each statement that records or forgets counts.';
    CREATE FUNCTION number_counts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      PERFORM nextval('count_number');
      RETURN NULL;
    END $$;
    REVOKE EXECUTE ON FUNCTION number_counts FROM PUBLIC;
    CREATE TRIGGER number_counts AFTER INSERT OR DELETE OR UPDATE OF import_id ON last_count
      FOR EACH STATEMENT EXECUTE FUNCTION number_counts();

    ALTER TABLE feed_import ADD COLUMN count_number bigint;
    COMMENT ON COLUMN feed_import.count_number IS
      'Of a count in chunks: the number when its counts were recorded. While it is the last one, nobody has counted since. Null: not known.';

    DO $$ BEGIN
      EXECUTE format('ALTER FUNCTION number_counts() SET search_path = %I, pg_temp', current_schema());
      -- Where the roles were made before: without the right a worker could not read it until somebody typed \`atp migrate --roles\`.
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'atp_work' AND has_table_privilege(oid, 'product', 'INSERT')) THEN
        GRANT SELECT ON SEQUENCE count_number TO atp_work;
      END IF;
    END $$;
  `);
}
