/** The floor of a Hard Sync, and the look whether its file is right: both ask for a shop's rows, and for nothing else. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { outgoingFolder } from '../../src/domain/upload-file.ts';
import type { Connection, Database } from '../../src/postgres/database.ts';
import { findFile } from '../../src/postgres/lane/upload-files.ts';
import { onlineAtpSelect, placesCte } from '../../src/postgres/online-atp/online-atp.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { remotePath } from '../../src/sftp/remote-path.ts';
import { withScratchFolder } from '../../src/sftp/scratch-folder.ts';
import { withConnection } from '../../src/sftp/sftp-connection.ts';
import { SHOP_ID } from './bench-shop.ts';
import type { OwnStack } from './own-stack.ts';

/** The number of the file that waits for the lane; null: none does. */
export async function findReady(database: Database): Promise<number | null> {
  const [ready] = await database.query<{ sequence: number }>(
    `SELECT sequence FROM upload_file WHERE shop_id = $1 AND state = 'READY'`,
    [SHOP_ID],
  );
  return ready?.sequence ?? null;
}

/** The rows of a file of the shop's: what would be asked by who wants no more than the file. */
function selectFile(): string {
  const scope = { group: `'FAC_GRP'`, at: 'now()' };
  return `
    WITH ${placesCte(scope)}, mapped AS (
      SELECT product_id, inventory_item_id FROM shop_product WHERE shop_id = '${SHOP_ID}'
    )
    SELECT product_id, sku, inventory_item_id, location_id, online_atp
    FROM (${onlineAtpSelect({ ...scope, candidates: 'mapped', carried: ['inventory_item_id'], access: 'every' })}) AS atp
    JOIN product USING (product_id) JOIN shop ON shop_id = '${SHOP_ID}'`;
}

/** COPY of the query to a file, which is put onto SFTP. */
export async function makeFloor({ database, addresses }: OwnStack): Promise<void> {
  const settings = { ...addresses.sftp, password: null };
  await withScratchFolder(async (folder) => {
    const localPath = join(folder, 'floor.csv');
    await database.session(async (session) => {
      await setPassMemory(session);
      const rows = session.query(
        copyTo(`COPY (${selectFile()} ORDER BY product_id COLLATE "C") TO STDOUT (FORMAT csv, HEADER)`),
      );
      await pipeline(rows, createWriteStream(localPath));
    });
    const remote = remotePath(settings.root, 'floor.csv');
    await withConnection(settings, (connection) => connection.upload(localPath, remote));
  });
}

/** As our own pass over all stock has it, which otherwise would have an advantage. */
async function setPassMemory(session: Connection): Promise<void> {
  await session.query(`SET work_mem = '16MB'`);
}

/** Compares the file that lies on SFTP with the query. */
export async function isFileRight({ database, addresses }: OwnStack, products: number): Promise<boolean> {
  const sequence = await findReady(database);
  if (sequence === null) return false;
  const { name } = await findFile(database, SHOP_ID, sequence);
  const drop = fileDrop({ ...addresses.sftp, password: null });
  return withScratchFolder(async (folder) => {
    const localPath = join(folder, name);
    await drop((open) => open.download(`${outgoingFolder(SHOP_ID)}/${name}`, localPath));
    return database.session(async (session) => {
      await setPassMemory(session);
      await session.query(
        'CREATE TEMPORARY TABLE line (product_id text, sku text, item text, location text, quantity bigint)',
      );
      await pipeline(
        createReadStream(localPath),
        session.query(copyFrom('COPY line FROM STDIN (FORMAT csv, HEADER)')),
      );
      const { rows } = await session.query<{ lines: number; equal: number }>(
        `SELECT (SELECT count(*) FROM line)::int AS lines,
           (SELECT count(*) FROM (SELECT * FROM line INTERSECT (${selectFile()})) AS same)::int AS equal`,
      );
      return rows[0]?.lines === products && rows[0].equal === products;
    });
  });
}
