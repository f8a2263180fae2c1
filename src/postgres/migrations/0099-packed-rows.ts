import type { Knex } from 'knex';

/** In SQL, of a record `pack`: its rows. In the list of columns each function gives one element after the other, and keeps none. */
const UNPACKED = `pack.shop_id, pack.sequence,
  generate_series(pack.first_position, pack.first_position + cardinality(pack.quantities) - 1) AS position,
  unnest(pack.product_ids) AS product_id, unnest(pack.skus) AS sku, unnest(pack.inventory_item_ids) AS inventory_item_id,
  unnest(pack.quantities) AS quantity, unnest(pack.imported_units) AS imported_units`;

/**
 * Rows of a large file may lie many in a record, and whoever looks at rows of files sees both forms (decision 0086). The size of a
 * record is a part of the form: the record of a position is found by dividing.
 */
export async function up(knex: Knex): Promise<void> {
  await makeTable(knex);
  await makeLooksByPosition(knex);
  await knex.raw(`
    -- A single SELECT, so that the planner sees through it.
    CREATE FUNCTION upload_file_rows(of_shop text, of_file bigint) RETURNS SETOF upload_file_row
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT row.* FROM upload_file_row AS row WHERE row.shop_id = of_shop AND row.sequence = of_file
      UNION ALL
      SELECT ${UNPACKED}
      FROM upload_file_pack AS pack WHERE pack.shop_id = of_shop AND pack.sequence = of_file
    $$;
    COMMENT ON FUNCTION upload_file_rows IS 'All rows of a file, in no order, however they are kept.';

    CREATE FUNCTION upload_file_lengths(of_shop text) RETURNS TABLE (sequence bigint, rows bigint)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT row.sequence, count(*) FROM upload_file_row AS row WHERE row.shop_id = of_shop GROUP BY 1
      UNION ALL
      SELECT pack.sequence, sum(cardinality(pack.quantities)) FROM upload_file_pack AS pack
      WHERE pack.shop_id = of_shop GROUP BY 1
    $$;
    COMMENT ON FUNCTION upload_file_lengths IS 'How many rows are kept of each file that has some.';

    ALTER TABLE worker_report ADD COLUMN knows_packed_rows timestamptz;
    COMMENT ON COLUMN worker_report.knows_packed_rows IS
      'The started_at of a worker that reads the rows of files in upload_file_pack. Otherwise it is of an earlier release: that leaves here what another one of its name has written.';
  `);
}

async function makeTable(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE upload_file_pack (
      shop_id            text NOT NULL,
      sequence           bigint NOT NULL,
      first_position     integer NOT NULL CHECK (first_position >= 0 AND first_position % 250 = 0),
      product_ids        text[] NOT NULL,
      skus               text[] NOT NULL,
      inventory_item_ids text[] NOT NULL,
      quantities         integer[] NOT NULL CHECK (0 <= ALL (quantities)),
      imported_units     bigint[] NOT NULL,
      PRIMARY KEY (shop_id, sequence, first_position),
      CHECK (cardinality(quantities) BETWEEN 1 AND 250
        AND cardinality(product_ids) = cardinality(quantities) AND array_position(product_ids, NULL) IS NULL
        AND cardinality(skus) = cardinality(quantities) AND array_position(skus, NULL) IS NULL
        AND cardinality(inventory_item_ids) = cardinality(quantities) AND array_position(inventory_item_ids, NULL) IS NULL
        AND cardinality(imported_units) = cardinality(quantities) AND array_position(imported_units, NULL) IS NULL)
    );
    -- To compress them takes longer than to write them.
    ALTER TABLE upload_file_pack
      ALTER product_ids SET STORAGE EXTERNAL, ALTER skus SET STORAGE EXTERNAL, ALTER inventory_item_ids SET STORAGE EXTERNAL,
      ALTER quantities SET STORAGE EXTERNAL, ALTER imported_units SET STORAGE EXTERNAL;
    COMMENT ON TABLE upload_file_pack IS
      'What a large file says, 250 rows in a record: the arrays have one element for each row, in the order of their positions. A file has its rows here or in upload_file_row; the functions upload_file_rows… read both.';
    COMMENT ON COLUMN upload_file_pack.first_position IS 'Of its first row in the file. Each record but the last has 250.';
    CREATE TRIGGER immutable BEFORE UPDATE ON upload_file_pack
      FOR EACH ROW EXECUTE FUNCTION refuse_change('the rows of a file never change, new values come in a new file');
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON upload_file_pack
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    -- As access-roles.ts has it.
    DO $$ BEGIN
      IF to_regrole('atp_work') IS NOT NULL THEN
        REVOKE UPDATE ON upload_file_pack FROM atp_work;
      END IF;
    END $$;
  `);
}

/**
 * By the primary keys, whatever the planner thinks of tables that it has seen empty: a session keeps these plans. The rows of a call are within one
 * window, so they are looked for between the first and the last one: Postgres 15, where it expects few rows, would read the whole file and
 * compare each of its rows with the array.
 */
async function makeLooksByPosition(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION upload_file_rows_at(of_shop text, of_file bigint, positions integer[]) RETURNS SETOF upload_file_row
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 250 SET enable_seqscan = off AS $$
    DECLARE
      lowest integer;
      highest integer;
    BEGIN
      SELECT min(asked), max(asked) INTO lowest, highest FROM unnest(positions) AS asked;
      RETURN QUERY
        SELECT row.* FROM upload_file_row AS row
        WHERE row.shop_id = of_shop AND row.sequence = of_file AND row.position >= lowest AND row.position <= highest
          AND row.position = ANY (positions);
      IF FOUND THEN RETURN; END IF;
      RETURN QUERY
        SELECT row.* FROM (
          SELECT ${UNPACKED}
          FROM upload_file_pack AS pack
          WHERE pack.shop_id = of_shop AND pack.sequence = of_file
            AND pack.first_position = ANY (ARRAY(SELECT DISTINCT asked / 250 * 250 FROM unnest(positions) AS asked))
        ) AS row
        WHERE row.position IN (SELECT asked FROM unnest(positions) AS asked);
    END $$;
    COMMENT ON FUNCTION upload_file_rows_at IS 'Rows of a file by their positions, in no order, however they are kept.';

    CREATE FUNCTION upload_file_rows_between(of_shop text, of_file bigint, first integer, behind_last integer)
    RETURNS SETOF upload_file_row
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000 SET enable_seqscan = off AS $$
    BEGIN
      RETURN QUERY
        SELECT row.* FROM upload_file_row AS row
        WHERE row.shop_id = of_shop AND row.sequence = of_file AND row.position >= first AND row.position < behind_last;
      IF FOUND THEN RETURN; END IF;
      RETURN QUERY
        SELECT row.* FROM (
          SELECT ${UNPACKED}
          FROM upload_file_pack AS pack
          WHERE pack.shop_id = of_shop AND pack.sequence = of_file
            AND pack.first_position >= first / 250 * 250 AND pack.first_position < behind_last
        ) AS row
        WHERE row.position >= first AND row.position < behind_last;
    END $$;
    COMMENT ON FUNCTION upload_file_rows_between IS
      'Rows of a file from one position to another, without that one, in no order, however they are kept.';
  `);
}
