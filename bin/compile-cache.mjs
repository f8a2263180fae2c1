// Where Node keeps our code compiled: a command that finds it there starts in half the time.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** Node makes a folder of about 5 MB for each of its versions, and a home has one folder for each copy of the project. */
const FOLDERS_MAX = 4;

/**
 * Node runs what it finds in the cache, so this is always a folder that nobody but this user (and root) can write: in
 * node_modules where that belongs to the user, else in the user's home. Null where neither can be written.
 */
export function compileCacheFolder(root) {
  try {
    const modules = join(root, 'node_modules');
    if (isOwn(modules)) return makeFolder(join(modules, '.cache/atp'));
    const { homedir } = userInfo();
    if (!isOwn(homedir)) return null;
    const copies = join(homedir, '.cache/atp-sync');
    keepSmall(copies);
    return makeFolder(join(copies, root.replaceAll(/[^\w.]/g, '-').slice(-100)));
  } catch {
    return null; // A command without the cache is slower, not wrong.
  }
}

function makeFolder(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  keepSmall(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Node never removes anything from its cache: when too much is there, it begins anew. */
function keepSmall(folder) {
  const entries = statSync(folder, { throwIfNoEntry: false }) ? readdirSync(folder) : [];
  if (entries.length > FOLDERS_MAX) rmSync(folder, { recursive: true, force: true });
}

function isOwn(folder) {
  return statSync(folder).uid === (process.getuid?.() ?? 0);
}
