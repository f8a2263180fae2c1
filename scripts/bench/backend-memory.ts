import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../src/postgres/database.ts';

const LOOK_EVERY_MS = 200;

/** The most memory of its own that any backend has until the signal, as it is seen from this machine (/proc): without shared buffers. */
export async function watchBackends(database: Database, signal: AbortSignal): Promise<number> {
  let peak = 0;
  while (!signal.aborted) {
    const backends = await database.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
    );
    for (const { pid } of backends) peak = Math.max(peak, ownBytesOf(pid));
    await pause(LOOK_EVERY_MS);
  }
  return peak;
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
