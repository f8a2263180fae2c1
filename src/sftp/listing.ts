/**
 * Listing a remote folder, one batch after the other: each is an answer of its own (OpenSSH sends 100 names in one). An
 * archive of years takes thousands of them, so the whole list has no limit of time.
 */
import { SFTP_FOLDER_ENTRIES_MAX } from '../domain/limits.ts';
import { ask, type Wrapper } from './reading.ts';

/** What is under a name. A link is never followed: it is of kind `other`. */
export interface RemoteEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** SSH_FX codes of the SFTP protocol, draft 02, section 7. */
const END_OF_FOLDER = 1;

interface ListedName {
  readonly filename: string;
  readonly longname: string;
  readonly attrs: { readonly size: number; readonly mtime: number };
}

/** @throws Error when the folder has more than SFTP_FOLDER_ENTRIES_MAX entries */
export async function readRemoteFolder(
  wrapper: Wrapper,
  path: string,
  progress: () => void,
): Promise<RemoteEntry[]> {
  const folder = await ask<Buffer>((done) => {
    wrapper.opendir(path, done);
  });
  try {
    const entries: RemoteEntry[] = [];
    for (let batch = await readBatch(wrapper, folder); batch; batch = await readBatch(wrapper, folder)) {
      progress();
      entries.push(...batch.map(toEntry));
      if (entries.length > SFTP_FOLDER_ENTRIES_MAX) throw new Error('too many entries');
    }
    return entries;
  } finally {
    await ask<null>((done) => {
      wrapper.close(folder, (error) => {
        done(error, null);
      });
    });
  }
}

/** Null: there is no further one. */
async function readBatch(wrapper: Wrapper, folder: Buffer): Promise<readonly ListedName[] | null> {
  try {
    return await ask<readonly ListedName[]>((done) => {
      wrapper.readdir(folder, done);
    });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === END_OF_FOLDER) return null;
    throw error;
  }
}

/** The kind as `ls -l` writes it: not every server tells it in another way. */
function toEntry({ filename, longname, attrs }: ListedName): RemoteEntry {
  return {
    name: filename,
    kind: longname.startsWith('-') ? 'file' : longname.startsWith('d') ? 'folder' : 'other',
    sizeBytes: attrs.size,
    modifiedAt: new Date(attrs.mtime * 1000),
  };
}
