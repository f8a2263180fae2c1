import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../src/postgres/database.ts';
import { cpuSecondsOf } from './cpu-seconds.ts';

const LOOK_EVERY_MS = 200;

interface BackendsSeen {
  /** The most memory of its own that any of them has had, as it is seen from this machine (/proc): without shared buffers. */
  readonly ownBytes: number;
  /** What all of them have had of the processors: an import has more than one. */
  readonly cpuSeconds: number;
}

/** Looks at all backends until the signal. */
export async function watchBackends(database: Database, signal: AbortSignal): Promise<BackendsSeen> {
  let ownBytes = 0;
  const before = new Map<number, number>();
  const had = new Map<number, number>();
  while (!signal.aborted) {
    const backends = await database.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
    );
    for (const { pid } of backends) {
      ownBytes = Math.max(ownBytes, ownBytesOf(pid));
      const now = cpuSecondsOf(pid);
      if (!before.has(pid)) before.set(pid, now);
      // One that has ended since it was listed has nothing to tell.
      if (now > 0) had.set(pid, now - (before.get(pid) ?? now));
    }
    await pause(LOOK_EVERY_MS);
  }
  return { ownBytes, cpuSeconds: [...had.values()].reduce((sum, seconds) => sum + seconds, 0) };
}

function ownBytesOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // The session has ended.
    return 0;
  }
}
