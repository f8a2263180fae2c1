/**
 * The Temporal CLI by Temporal's own downloader, which is a part of @temporalio/testing: it asks temporal.download for
 * the release of this platform. It has no time limit, so it runs in a process of its own, which is ended when nothing
 * arrives for some seconds: behind a firewall that drops packets, the next way must be tried soon.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPart } from './part-process.ts';
import type { Way } from './ways.ts';

const PROGRAM = fileURLToPath(new URL('./temporal-download-process.ts', import.meta.url));

/** A download on which nothing arrives for so long is given up. */
const STALL_TIMEOUT_MS = 8_000;
const POLL_INTERVAL_MS = 200;
/** The downloader's own ending for a file that is not complete. */
const UNFINISHED = '.downloading';

export function temporalDownload(version: string): Way {
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
      if (complete !== undefined) return join(downloads, complete);
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
