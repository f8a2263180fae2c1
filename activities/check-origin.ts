/** Whether the database is the one in which a shop's files were numbered: asked before anything is numbered or sent. */
import { outgoingFolder, sequenceOfName } from '../src/domain/upload-file.ts';
import type { Database } from '../src/postgres/database.ts';
import { checkOrigin, type OriginCheck } from '../src/postgres/shop-origin.ts';
import type { FileDrop, OpenFileDrop } from '../src/sftp/file-drop.ts';

/** Throws DATABASE_READ_ONLY, SHOP_UNKNOWN, and what SFTP throws when it has to be searched. */
export async function originOf(
  { database, fileDrop }: { readonly database: Database; readonly fileDrop: OpenFileDrop },
  shopId: string,
): Promise<OriginCheck> {
  return checkOrigin(database, shopId, () => fileDrop((drop) => highestSequence(drop, shopId)));
}

/** Of all the shop's files that wait or were ever archived; 0: none. */
async function highestSequence(drop: FileDrop, shopId: string): Promise<number> {
  const archive = `archive/${shopId}`;
  const archived = (await drop.folders(archive)).map((name) => `${archive}/${name}`);
  let highest = 0;
  for (const folder of [outgoingFolder(shopId), archive, ...archived]) {
    for (const { name } of await drop.list(folder)) highest = Math.max(highest, sequenceOfName(name) ?? 0);
  }
  return highest;
}
