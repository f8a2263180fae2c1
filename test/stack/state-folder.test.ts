/** Nobody else on the machine reads what the stack keeps: neither of root's stack nor of an ordinary user's. */
import { execFileSync } from 'node:child_process';
import { chmod, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { unprivilegedUser } from '../../src/stand-ins/unprivileged-user.ts';
import { openFolder } from '../setup/parts-desk.ts';

const CLOSE = `
  import { closeStateFolder } from '${join(import.meta.dirname, '../../src/stand-ins/state-folder.ts')}';
  import { mkdirSync, writeFileSync } from 'node:fs';
  const folder = process.argv[1];
  closeStateFolder(folder);
  mkdirSync(folder + '/new');
  writeFileSync(folder + '/new/file', 'secret');`;

const users = [{ who: 'who runs the tests', user: null }, ...ordinary()];

/** Postgres's user of the stack, when root runs the tests. */
function ordinary() {
  const user = unprivilegedUser();
  return user === null ? [] : [{ who: 'an ordinary user', user }];
}

test.each(users)('a state folder that others could read is closed to them, for $who', async ({ user }) => {
  const parent = await openFolder('atp-test-modes-');
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  await chmod(parent, 0o777);
  const stateDir = join(parent, 'state');
  const asUser = user ? { uid: user.uid, gid: user.gid } : {};
  execFileSync(
    '/bin/sh',
    ['-c', 'umask 022; mkdir -p "$1/logs" "$1/postgres"; echo x > "$1/temporal.db"', 'sh', stateDir],
    asUser,
  );

  execFileSync(process.execPath, ['--input-type=module', '-e', CLOSE, stateDir], { ...asUser, cwd: '/' });

  const modeOf = async (path: string) => ((await stat(join(stateDir, path))).mode & 0o777).toString(8);
  const isRoot = (user?.uid ?? process.getuid?.()) === 0;
  // Root's folder can be passed, since its Postgres runs as another user; but not listed.
  expect(await modeOf('.')).toBe(isRoot ? '711' : '700');
  expect(await Promise.all(['temporal.db', 'new/file'].map(modeOf))).toEqual(['600', '600']);
  expect(await Promise.all(['logs', 'new'].map(modeOf))).toEqual(['700', '700']);
});
