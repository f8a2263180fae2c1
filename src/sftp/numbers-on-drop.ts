/** The numbers of a shop's files that SFTP has: they tell a restored database from the one that has numbered them. */
import {
  outgoingFolder,
  sequenceOfName,
  setAsideFolder,
  shopArchive,
  type NumbersOnSftp,
} from '../domain/upload-file.ts';
import type { FileDrop } from './file-drop.ts';

export async function readNumbersOnSftp(drop: FileDrop, shopId: string): Promise<NumbersOnSftp> {
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
