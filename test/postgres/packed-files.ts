/** Files whose rows lie many in a record, as those of a large Hard Sync do, without being large. */
import type { Database } from '../../src/postgres/database.ts';

const PACKS = `
  INSERT INTO upload_file_pack
  SELECT shop_id, sequence, position / 250 * 250, array_agg(product_id ORDER BY position),
    array_agg(sku ORDER BY position), array_agg(inventory_item_id ORDER BY position),
    array_agg(quantity ORDER BY position), array_agg(imported_units ORDER BY position)`;

/** Packs the rows of a file. */
export async function packRows(database: Database, shopId: string, sequence: number): Promise<void> {
  await database.query(
    `WITH packed AS (DELETE FROM upload_file_row WHERE shop_id = $1 AND sequence = $2 RETURNING *)
     ${PACKS} FROM packed GROUP BY 1, 2, 3`,
    [shopId, sequence],
  );
}

/** From now on the rows of every file that is made in this database are packed at once. */
export async function packEveryFile(database: Database): Promise<void> {
  await database.query(`
    CREATE FUNCTION pack_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      ${PACKS} FROM added GROUP BY 1, 2, 3;
      DELETE FROM upload_file_row AS row USING added
      WHERE (row.shop_id, row.sequence, row.position) = (added.shop_id, added.sequence, added.position);
      RETURN NULL;
    END $$`);
  await database.query(
    `CREATE TRIGGER pack_rows AFTER INSERT ON upload_file_row REFERENCING NEW TABLE AS added
     FOR EACH STATEMENT EXECUTE FUNCTION pack_rows()`,
  );
  // Tests move files by statements of their own.
  await database.query('DROP TRIGGER refuse_move_without_records ON upload_file');
}
