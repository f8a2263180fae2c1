/** Postgres refuses to run as root, so root starts it as a user that every machine has. */
import { execFileSync } from 'node:child_process';

export interface UnprivilegedUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Postgres's own user where a package has made one, else the one that every Unix has. */
const CANDIDATES = ['postgres', 'nobody'] as const;

/** Null when this process is not root: then everything runs as this process's user. */
export function unprivilegedUser(): UnprivilegedUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of CANDIDATES) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== null && gid !== null && uid > 0) return { name, uid, gid };
  }
  throw new Error(`Neither of the users ${CANDIDATES.join(', ')} exists.`);
}

/** Whether the user may enter the folder. Asks the system, which knows modes, groups, ACLs and mounts. */
export function canEnter(user: UnprivilegedUser, folder: string): boolean {
  try {
    const { uid, gid } = user;
    execFileSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function idOf(option: '-u' | '-g', name: string): number | null {
  try {
    return Number(
      execFileSync('id', [option, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return null;
  }
}
