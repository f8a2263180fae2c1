/**
 * Checks whether this database is the one in which a shop's files were numbered, before anything is numbered or sent.
 */
import { outgoingFolder, sequenceOfName, setAsideFolder, shopArchive } from '../src/domain/upload-file.ts';
import type { Database } from '../src/postgres/database.ts';
import { checkOrigin, type NumbersOnSftp, type OriginCheck } from '../src/postgres/producing/shop-origin.ts';
import type { FileDrop, OpenFileDrop } from '../src/sftp/file-drop.ts';

/** Throws DATABASE_READ_ONLY, SHOP_UNKNOWN, and what the file drop throws when its files must be looked at. */
export async function checkShopOrigin(
  { database, fileDrop }: { readonly database: Database; readonly fileDrop: OpenFileDrop },
  shopId: string,
): Promise<OriginCheck> {
  return checkOrigin(database, shopId, () => fileDrop((drop) => readNumbersOnSftp(drop, shopId)));
}

async function readNumbersOnSftp(drop: FileDrop, shopId: string): Promise<NumbersOnSftp> {
  const archive = shopArchive(shopId);
  const folders = (await drop.folders(archive)).map((name) => `${archive}/${name}`);
  const waiting = await readNumbersIn(drop, outgoingFolder(shopId));
  const archived = new Set<number>();
  let highest = Math.max(0, ...waiting);
  for (const folder of [archive, ...folders]) {
    for (const sequence of await readNumbersIn(drop, folder)) {
      highest = Math.max(highest, sequence);
      // A file that was set aside is a foreign one; the file whose name it had may still wait.
      if (folder !== setAsideFolder(shopId)) archived.add(sequence);
    }
  }
  return { highest, archived };
}

async function readNumbersIn(drop: FileDrop, folder: string): Promise<number[]> {
  const names = (await drop.list(folder)).map(({ name }) => name);
  // A checksum file is moved before or after its file, so it does not tell where that one is.
  return names.filter((name) => !name.endsWith('.sha256')).flatMap((name) => sequenceOfName(name) ?? []);
}
