/** Where a run of the tests keeps what lives no longer than the run: in memory where there is room, else on the disk. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Linux has a folder in memory here. A database of a test's own is some 500 small files, and is removed a second later:
 * on a disk, making them is a tenth of the work of a whole run.
 */
const IN_MEMORY = '/dev/shm';
/** Several times of what a run has needed at once. Containers have 64 MB there, unless they are told otherwise. */
const ROOM_BYTES_MIN = 4 * 1024 ** 3;
const PREFIX = 'atp-tests-';
/** What is older was left by a run that could not clean up. */
const LEFT_AFTER_MS = 24 * 60 * 60_000;

/**
 * Makes the folder of this run, and lets it be the folder for temporary files of this process and of those that it
 * starts. Others may enter it, as Postgres's own user does when the tests run as root.
 *
 * @returns what removes it, with all that was left in it
 */
export function openRunFolder(): () => void {
  const place = hasRoom(IN_MEMORY) ? IN_MEMORY : tmpdir();
  removeLeft(place);
  const folder = mkdtempSync(join(place, PREFIX));
  chmodSync(folder, 0o1777);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function hasRoom(place: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize >= ROOM_BYTES_MIN && canExecute(place);
  } catch {
    return false;
  }
}

/** Some tests make programs. */
function canExecute(place: string): boolean {
  const folder = mkdtempSync(join(place, PREFIX));
  try {
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    execFileSync(program);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function removeLeft(place: string): void {
  for (const name of readdirSync(place)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(place, name);
    // Another run may remove its own meanwhile.
    const changedAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (changedAt < Date.now() - LEFT_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}
