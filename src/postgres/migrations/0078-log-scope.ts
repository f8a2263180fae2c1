import type { Knex } from 'knex';

interface Source {
  readonly table: string;
  /** The columns of the log that its rows give, which have the same names in both. */
  readonly logs: string;
  /**
   * Columns on which no Online ATP depends, and no item that a product has: an UPDATE of nothing else is not logged. A column
   * that is added later is logged until it is named here. Empty: every UPDATE is logged, without a look at the columns.
   */
  readonly but: string;
}

const SOURCES: readonly Source[] = [
  { table: 'product_facility_group', logs: 'product_id, facility_group_id', but: '' },
  { table: 'shop_product', logs: 'product_id, shop_id', but: 'variant_id' },
  {
    table: 'facility',
    logs: 'facility_id',
    but: 'facility_name, external_id, created_at, default_safety_stock',
  },
  { table: 'facility_group_member', logs: 'facility_id, facility_group_id', but: '' },
  {
    table: 'facility_group',
    logs: 'facility_group_id',
    but: 'facility_group_name, facility_group_type_id, created_at',
  },
];

/**
 * The change log says whom a change concerns (decision 0055): only the shop whose mapping it is, only the shops of the group
 * whose setting it is. What nothing depends on, such as a facility's name, is not logged.
 *
 * Rows of before have no such scope, so they concern every shop. A worker of the release before takes more products than
 * it must for candidates of the rows that have one, and none too few.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      logs text := TG_ARGV[0];
      but text := coalesce(TG_ARGV[1], '');
      compared text;
    BEGIN
      IF TG_OP = 'INSERT' THEN
        EXECUTE format('INSERT INTO change_log (%1$s) SELECT DISTINCT %1$s FROM new_rows', logs);
      ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format('INSERT INTO change_log (%1$s) SELECT DISTINCT %1$s FROM old_rows', logs);
      ELSIF but = '' THEN
        EXECUTE format('INSERT INTO change_log (%1$s) SELECT %1$s FROM new_rows UNION SELECT %1$s FROM old_rows', logs);
      ELSE
        -- A row that is equal before and after, but for these columns, is in both, and so in neither difference.
        SELECT string_agg(quote_ident(attname), ', ') INTO compared FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (string_to_array(but, ', '));
        EXECUTE format(
          'INSERT INTO change_log (%1$s)
             (SELECT %1$s FROM (SELECT %2$s FROM new_rows EXCEPT SELECT %2$s FROM old_rows) AS after)
             UNION
             (SELECT %1$s FROM (SELECT %2$s FROM old_rows EXCEPT SELECT %2$s FROM new_rows) AS before)',
          logs, compared);
      END IF;
      RETURN NULL;
    END $$;
    COMMENT ON FUNCTION log_change IS
      'Logs these columns of the rows that a statement has changed; the second argument names columns that nothing depends on.';
  `);
  for (const { table, logs, but } of SOURCES) {
    const log = `EXECUTE FUNCTION log_change('${logs}'${but === '' ? '' : `, '${but}'`})`;
    await knex.raw(`
      CREATE OR REPLACE TRIGGER log_insert AFTER INSERT ON ${table} REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT ${log};
      CREATE OR REPLACE TRIGGER log_update AFTER UPDATE ON ${table} REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
        FOR EACH STATEMENT ${log};
      CREATE OR REPLACE TRIGGER log_delete AFTER DELETE ON ${table} REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT ${log};
    `);
  }
  // Last, so that no writer that waits for one of the tables has the log already.
  await knex.raw(`
    ALTER TABLE change_log DROP CONSTRAINT change_log_check, ADD COLUMN shop_id text;
    -- Not validated, so that nobody waits for a look at every row: those of before had to name exactly one of the three.
    ALTER TABLE change_log ADD CONSTRAINT change_log_check CHECK (
      num_nonnulls(product_id, facility_id) <= 1 AND num_nonnulls(product_id, facility_id, facility_group_id) >= 1
    ) NOT VALID;
    COMMENT ON TABLE change_log IS
      'Whose Online ATP may have changed: of a product, of every product of a facility, or of every product; in one facility group or in all, of one shop or of all.';
    COMMENT ON COLUMN change_log.product_id IS 'The product; null: every product of the facility, or, without one, every product.';
    COMMENT ON COLUMN change_log.facility_group_id IS 'It concerns only shops that sell the stock of this group; null: all.';
    COMMENT ON COLUMN change_log.shop_id IS 'It concerns only this shop; null: all.';
  `);
  // A facility without a group is now one that has changed by itself, and was a membership as well: one that is removed is
  // found by its group. Nobody can write one meanwhile, since its triggers were just replaced.
  await knex.raw(`
    INSERT INTO change_log (facility_id, facility_group_id)
    SELECT DISTINCT log.facility_id, facility_group.facility_group_id
    FROM change_log AS log CROSS JOIN facility_group
    WHERE log.facility_id IS NOT NULL
      AND log.txid >= (SELECT min(pg_snapshot_xmin(snapshot)) FROM shop_baseline);
  `);
}
