import type { Knex } from 'knex';

/** Transfers that have ended are removed after a time, and their ids are remembered: sent again, they move nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE transfer_item ADD COLUMN told_at timestamptz NOT NULL DEFAULT now();
    COMMENT ON COLUMN transfer_item.told_at IS 'When a feed has told of the line last; of older lines: when this was recorded first.';

    CREATE TABLE removed_transfer (
      transfer_id text PRIMARY KEY,
      removed_at  timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX removed_transfer_at ON removed_transfer (removed_at);
    COMMENT ON TABLE removed_transfer IS
      'Transfers of which all lines had ended and were removed: whatever is sent of them again is refused.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON removed_transfer
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
  // A worker may not delete lines of transfers. Here it may have whole ones removed that are done, by the right of the owner.
  // Meanwhile no feed tells of transfers; while one does, the next clean-up has its turn.
  await knex.raw(`
    CREATE FUNCTION remove_old_transfers(kept_days integer, rows_max integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE removed bigint;
    BEGIN
      IF NOT pg_try_advisory_xact_lock(7201156, 0) THEN RETURN 0; END IF;
      CREATE TEMPORARY TABLE old_transfer ON COMMIT DROP AS
        SELECT DISTINCT transfer_id FROM (
          SELECT transfer_id FROM transfer_item AS line
          WHERE told_at < clock_timestamp() - make_interval(days => greatest(kept_days, 365))
            AND NOT EXISTS (SELECT FROM transfer_item AS other WHERE other.transfer_id = line.transfer_id
              AND ((other.received_quantity IS NULL AND NOT other.is_cancelled)
                OR other.told_at >= clock_timestamp() - make_interval(days => greatest(kept_days, 365))))
          LIMIT rows_max) AS old;
      INSERT INTO removed_transfer (transfer_id) SELECT transfer_id FROM old_transfer ORDER BY transfer_id ON CONFLICT DO NOTHING;
      DELETE FROM transfer_item USING old_transfer WHERE transfer_item.transfer_id = old_transfer.transfer_id;
      GET DIAGNOSTICS removed = ROW_COUNT;
      RETURN removed;
    END $$;
    REVOKE EXECUTE ON FUNCTION remove_old_transfers FROM PUBLIC;
    DO $$ BEGIN
      EXECUTE format('ALTER FUNCTION remove_old_transfers SET search_path = %I, pg_temp', current_schema());
      -- Where the roles were made before this: as for the functions of 0044.
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'atp_work' AND has_table_privilege(oid, 'product', 'INSERT')) THEN
        GRANT EXECUTE ON FUNCTION remove_old_transfers TO atp_work;
        REVOKE INSERT, UPDATE ON removed_transfer FROM atp_work;
      END IF;
    END $$;
  `);
}
