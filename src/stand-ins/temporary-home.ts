/** What Postgres keeps outside of a state folder that its own user cannot enter. */
import { randomUUID } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AtpError } from '../domain/errors.ts';
import { readStateFile, rememberedText } from './state-file.ts';
import { canEnter, type UnprivilegedUser } from './unprivileged-user.ts';

const PREFIX = 'atp-';

/**
 * A folder for this state folder in the system's temporary folder. Others can write there, too, so nobody can guess its
 * name, and the state folder remembers it.
 */
export function temporaryHome(user: UnprivilegedUser, stateDir: string): string {
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find((path) => canEnter(user, path));
  if (parent === undefined) {
    const reason = `the user ${user.name} can enter neither the project nor a folder for temporary files`;
    throw new AtpError('STACK_PART_UNAVAILABLE', { part: 'Postgres', reason });
  }
  const home = rememberedText(noteOf(stateDir), () => join(parent, `${PREFIX}${randomUUID()}`));
  try {
    mkdirSync(home, { mode: 0o711 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const found = lstatSync(home);
    if (!found.isDirectory() || found.uid !== 0) {
      const reason = `${home} belongs to somebody else; remove it`;
      throw new AtpError('STACK_PART_UNAVAILABLE', { part: 'Postgres', reason }, { cause: error });
    }
  }
  chmodSync(home, 0o711);
  return home;
}

/**
 * Removes a state folder that nobody needs any more, and the folder outside of it. A stack that is stopped keeps both: its data are
 * there. Nothing may run in them.
 */
export function removeStateFolder(stateDir: string): void {
  const home = readStateFile(noteOf(stateDir))?.trim();
  // Before the note of it: whoever is killed in between can still find it.
  if (home !== undefined && isHome(home)) rmSync(home, { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
}

/** Whatever the note says: nothing else is removed. */
function isHome(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return basename(path).startsWith(PREFIX) && found?.isDirectory() === true && found.uid === 0;
}

function noteOf(stateDir: string): string {
  return join(stateDir, 'postgres-home');
}
