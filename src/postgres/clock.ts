import type { Database } from './database.ts';

/**
 * The database's clock: ISO 8601, UTC. Asked for after a read of Shopify, it is a time at which every sale that the read
 * shows had been made.
 */
export async function readClock(database: Database): Promise<string> {
  const [clock] = await database.query<{ now: string }>(`SELECT ${asIso('clock_timestamp()')} AS now`);
  return clock?.now ?? '';
}

/** In SQL: ISO 8601 with milliseconds, so that a time is the same in a row, in a decision and in a comparison. */
export function asIso(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
