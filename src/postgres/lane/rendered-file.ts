/**
 * A file as it lies on SFTP: header, RFC 4180 quotes, LF, UTF-8. Postgres renders it from the file's rows, which never change, so the same
 * file has the same bytes however often it is written. A machine reads it, so no cell is changed to protect a spreadsheet.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Client, escapeLiteral } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { RENDERED_AT_ONCE_MAX } from '../../domain/limits.ts';
import { UPLOAD_FILE_COLUMNS } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import type { UploadFile } from './upload-files.ts';

type Rendered = Pick<UploadFile, 'shopId' | 'sequence' | 'locationId' | 'rowCount'>;

/** Writes the rows of a file by their positions into a local file. */
export async function renderFile(
  database: Database,
  file: Rendered,
  localPath: string,
): Promise<{ readonly sha256: string }> {
  return database.transaction(async (connection) => {
    const hash = createHash('sha256');
    const form = await readForm(connection, file);
    try {
      await pipeline(
        connection.query(copyTo(copyOf(file, form))),
        async function* (blocks: AsyncIterable<Buffer>) {
          for await (const block of blocks) {
            hash.update(block);
            yield block;
          }
        },
        createWriteStream(localPath),
      );
    } catch (error) {
      // Should it be the local disk that fails, the server waits for somebody who takes the rest of the rows.
      if (connection instanceof Client) connection.connection.stream.destroy();
      throw error;
    }
    return { sha256: hash.digest('hex') };
  }, kindOf(file));
}

function kindOf({ rowCount }: Rendered): 'statement' | 'bulk' {
  return rowCount > RENDERED_AT_ONCE_MAX ? 'bulk' : 'statement';
}

/** What the lines of a file are read from. A file has its rows in one form, and most have a row each. */
async function readForm(connection: Connection, { shopId, sequence }: Rendered): Promise<Form> {
  const { rowCount } = await connection.query(
    'SELECT FROM upload_file_pack WHERE shop_id = $1 AND sequence = $2 LIMIT 1',
    [shopId, sequence],
  );
  return rowCount === 0 ? A_ROW_EACH : PACKED;
}

interface Form {
  readonly table: string;
  readonly product: string;
  readonly sku: string;
  readonly item: string;
  readonly quantity: string;
  readonly order: string;
}

const A_ROW_EACH: Form = {
  table: 'upload_file_row',
  ...{ product: 'product_id', sku: 'sku', item: 'inventory_item_id', quantity: 'quantity' },
  order: 'position',
};

/** The records are sorted and then unpacked, each in the order of its elements: what gives sets in a list of columns comes last. */
const PACKED: Form = {
  table: 'upload_file_pack',
  product: 'unnest(product_ids)',
  sku: 'unnest(skus)',
  item: 'unnest(inventory_item_ids)',
  quantity: 'unnest(quantities)',
  order: 'first_position',
};

/** COPY takes no parameters, so they stand in it as literals. */
function copyOf({ shopId, sequence, locationId }: Rendered, form: Form): string {
  const [product, sku, item, location, quantity] = UPLOAD_FILE_COLUMNS;
  // By another mark for null, of which there is none: the usual one, nothing, would put quotes round an empty text.
  return `COPY (
    SELECT ${form.product} AS ${product}, ${form.sku} AS ${sku}, ${form.item} AS ${item},
      ${escapeLiteral(locationId)} AS ${location}, ${form.quantity} AS ${quantity}
    FROM ${form.table} WHERE shop_id = ${escapeLiteral(shopId)} AND sequence = ${sequence} ORDER BY ${form.order}
  ) TO STDOUT (FORMAT csv, HEADER, NULL '\\N')`;
}
