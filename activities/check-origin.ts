/** Whether the database is the one in which a shop's files were numbered: asked before anything is numbered or sent. */
import { outgoingFolder, sequenceOfName, setAsideFolder } from '../src/domain/upload-file.ts';
import type { Database } from '../src/postgres/database.ts';
import { checkOrigin, type NumbersOnSftp, type OriginCheck } from '../src/postgres/producing/shop-origin.ts';
import type { FileDrop, OpenFileDrop } from '../src/sftp/file-drop.ts';

/** Throws DATABASE_READ_ONLY, SHOP_UNKNOWN, and what SFTP throws when it has to be searched. */
export async function originOf(
  { database, fileDrop }: { readonly database: Database; readonly fileDrop: OpenFileDrop },
  shopId: string,
): Promise<OriginCheck> {
  return checkOrigin(database, shopId, () => fileDrop((drop) => numbersOnSftp(drop, shopId)));
}

async function numbersOnSftp(drop: FileDrop, shopId: string): Promise<NumbersOnSftp> {
  const archive = `archive/${shopId}`;
  const folders = (await drop.folders(archive)).map((name) => `${archive}/${name}`);
  const waiting = await numbersIn(drop, outgoingFolder(shopId));
  const archived = new Set<number>();
  let highest = Math.max(0, ...waiting);
  for (const folder of [archive, ...folders]) {
    for (const sequence of await numbersIn(drop, folder)) {
      highest = Math.max(highest, sequence);
      // What was set aside is a foreign file under the name of one that may still wait.
      if (folder !== setAsideFolder(shopId)) archived.add(sequence);
    }
  }
  return { highest, archived };
}

async function numbersIn(drop: FileDrop, folder: string): Promise<number[]> {
  const names = (await drop.list(folder)).map(({ name }) => name);
  // A file's checksum is moved before or after it: by itself it says nothing.
  return names.filter((name) => !name.endsWith('.sha256')).flatMap((name) => sequenceOfName(name) ?? []);
}
