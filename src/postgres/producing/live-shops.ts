/** Which shops are live. It is a state in the database: it holds for every worker, and outlives Temporal. */
import type { Live } from '../../domain/live.ts';
import type { Database } from '../database.ts';

interface LiveRow {
  readonly shopId: string;
  readonly since: Date;
  readonly atLeastEveryMs: number;
  readonly isPaused: boolean;
  readonly foundAt: Date | null;
}

const LIVE_ROWS = `
  SELECT shop_id AS "shopId", live_since AS since, at_least_every_ms AS "atLeastEveryMs",
    paused_at IS NOT NULL AS "isPaused", found_at AS "foundAt"
  FROM live_shop`;

/** Makes a shop live, or gives it another interval; since when it is live stays, and so does a pause. */
export async function setLive(
  database: Database,
  shopId: string,
  live: { readonly atLeastEveryMs: number; readonly isPaused: boolean },
): Promise<void> {
  await database.query(
    `INSERT INTO live_shop (shop_id, at_least_every_ms, paused_at)
     VALUES ($1, $2, CASE WHEN $3 THEN clock_timestamp() END)
     ON CONFLICT (shop_id) DO UPDATE SET at_least_every_ms = excluded.at_least_every_ms`,
    [shopId, live.atLeastEveryMs, live.isPaused],
  );
}

/** The shop is live no more. Does nothing where it was not. */
export async function endLive(database: Database, shopId: string): Promise<void> {
  await database.query('DELETE FROM live_shop WHERE shop_id = $1', [shopId]);
}

/** Pauses a live shop, or lets it go on. Does nothing where the shop is not live. */
export async function pauseLive(database: Database, shopId: string, isPaused: boolean): Promise<void> {
  await database.query(
    `UPDATE live_shop SET paused_at = CASE WHEN $2 THEN coalesce(paused_at, clock_timestamp()) END
     WHERE shop_id = $1`,
    [shopId, isPaused],
  );
}

/** Null: the shop is not live. */
export async function findLive(database: Database, shopId: string): Promise<Live | null> {
  const [found] = await database.query<LiveRow>(`${LIVE_ROWS} WHERE shop_id = $1`, [shopId]);
  return found ? toLive(found) : null;
}

/** By shop. */
export async function listLive(database: Database): Promise<ReadonlyMap<string, Live>> {
  const rows = await database.query<LiveRow>(LIVE_ROWS);
  return new Map(rows.map((row) => [row.shopId, toLive(row)]));
}

function toLive({ since, atLeastEveryMs, isPaused, foundAt }: LiveRow): Live {
  return {
    since: since.toISOString(),
    atLeastEveryMs,
    isPaused,
    lastFoundAt: foundAt?.toISOString() ?? null,
  };
}
