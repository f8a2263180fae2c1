import type { Knex } from 'knex';

/** What Online ATP depends on, and the id by which a change of it is logged. */
const SOURCES = [
  { table: 'product_facility', id: 'product_id' },
  { table: 'product_facility_group', id: 'product_id' },
  { table: 'order_item', id: 'product_id' },
  { table: 'shop_product', id: 'product_id' },
  { table: 'facility', id: 'facility_id' },
  { table: 'facility_group_member', id: 'facility_id' },
  { table: 'facility_group', id: 'facility_group_id' },
] as const;

/**
 * Shop mappings, and the log of everything that Online ATP depends on.
 *
 * The log's rows carry the id of the transaction that wrote them; the difference of two snapshots over that id is
 * exactly what became visible in between, whatever the order of commits (decision 0003). Triggers are per statement
 * with transition tables: 1.3 times the cost of a bulk write, where per row it is 2.9 times.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE shop_product (
      shop_id           text NOT NULL REFERENCES shop,
      product_id        text NOT NULL REFERENCES product,
      inventory_item_id text NOT NULL,
      variant_id        text NOT NULL,
      PRIMARY KEY (shop_id, product_id),
      UNIQUE (shop_id, inventory_item_id)
    );

    CREATE TABLE change_log (
      txid              xid8 NOT NULL DEFAULT pg_current_xact_id(),
      product_id        text,
      facility_id       text,
      facility_group_id text,
      CHECK (num_nonnulls(product_id, facility_id, facility_group_id) = 1)
    );
    CREATE INDEX change_log_by_txid ON change_log (txid);

    CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      id text := TG_ARGV[0];
    BEGIN
      EXECUTE format(
        CASE TG_OP
          WHEN 'INSERT' THEN 'INSERT INTO change_log (%1$I) SELECT DISTINCT %1$I FROM new_rows'
          WHEN 'DELETE' THEN 'INSERT INTO change_log (%1$I) SELECT DISTINCT %1$I FROM old_rows'
          ELSE 'INSERT INTO change_log (%1$I) SELECT %1$I FROM new_rows UNION SELECT %1$I FROM old_rows'
        END, id);
      RETURN NULL;
    END $$;
  `);
  for (const { table, id } of SOURCES) {
    await knex.raw(`
      CREATE TRIGGER log_insert AFTER INSERT ON ${table} REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION log_change('${id}');
      CREATE TRIGGER log_update AFTER UPDATE ON ${table} REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION log_change('${id}');
      CREATE TRIGGER log_delete AFTER DELETE ON ${table} REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION log_change('${id}');
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE escapes the change log, use DELETE');
    `);
  }
}
