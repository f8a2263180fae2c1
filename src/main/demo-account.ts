/**
 * Who signs in to the console of an embedded stack. Its database is ours and new, so it gets an account with a password
 * that only the owner of the state folder can read. A database of somebody's own gets none.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ConsoleAccount } from '../cli/machine.ts';
import { hashPassword } from '../operations/access/passwords.ts';
import { addUser, listUsers } from '../postgres/access/users.ts';
import type { Database } from '../postgres/database.ts';
import { rememberedSecret } from '../stand-ins/state-file.ts';

const USER_NAME = 'demo';

/** Does nothing where somebody has an account already: then people look after them. */
export async function makeDemoAccount(database: Database, stateDir: string): Promise<void> {
  if ((await listUsers(database)).length > 0) return;
  const password = rememberedSecret(passwordFile(stateDir));
  const passwordHash = await hashPassword(password);
  await addUser(database, { userName: USER_NAME, role: 'admin', passwordHash });
}

/** Null: none was made here. */
export function findDemoAccount(stateDir: string): ConsoleAccount | null {
  const file = passwordFile(stateDir);
  return existsSync(file) ? { userName: USER_NAME, passwordFile: file } : null;
}

const passwordFile = (stateDir: string) => join(stateDir, 'console-password');
