/**
 * Looks for changes of live shops, and tells their runs. Each worker has one; that two of them tell a run of the same
 * change costs an event of its history, and no delta.
 */
import pMap from 'p-map';
import {
  LIVE_ENSURED_EVERY_MS,
  LIVE_IDLE_LOOK_EVERY_MS,
  LIVE_LOOK_EVERY_MS,
  LIVE_TOLD_AGAIN_MS,
  LIVE_TOLD_AT_ONCE,
} from '../../domain/limits.ts';
import type { Database } from '../../postgres/database.ts';
import { findLiveChanges, recordFound, type LiveShop } from '../../postgres/producing/live-changes.ts';
import { keepLooking, type TellLook } from './steady-look.ts';

export interface LookoutDeps {
  readonly database: Database;
  readonly ensureRun: (shopId: string) => Promise<void>;
  readonly tellChange: (shopId: string, foundAt: Date) => Promise<void>;
  readonly log: TellLook;
}

/** What this lookout has last done for a shop; in milliseconds of a clock that never goes back. */
interface Seen {
  lookedWholeAt: number;
  ensuredAt: number;
  toldAt: number;
  /** The baseline at which it has told of a change. */
  toldBaseline: string | null;
}

export interface LiveLookout {
  /** Looks once. It never throws. Returns after how long to look again, in milliseconds. */
  readonly look: (nowMs: number) => Promise<number>;
}

export function createLiveLookout({ database, ensureRun, tellChange, log }: LookoutDeps): LiveLookout {
  const seen = new Map<string, Seen>();
  let known: readonly LiveShop[] = [];

  /** Of the shops that were live at the last look; a new one has its first whole look at the next. */
  function dueWhole(nowMs: number): readonly string[] {
    const due = known.filter(
      ({ shopId, atLeastEveryMs }) =>
        nowMs - (seen.get(shopId)?.lookedWholeAt ?? -Infinity) >= atLeastEveryMs,
    );
    return due.map(({ shopId }) => shopId);
  }

  async function attend(shop: LiveShop, nowMs: number): Promise<boolean> {
    const { shopId, baseline, hasChange } = shop;
    const of = seen.get(shopId) ?? {
      lookedWholeAt: -Infinity,
      ensuredAt: -Infinity,
      toldAt: -Infinity,
      toldBaseline: null,
    };
    seen.set(shopId, of);
    // The delta that was told of advances the baseline when it is done: until then it is on its way.
    const isNews = of.toldBaseline !== baseline || nowMs - of.toldAt >= LIVE_TOLD_AGAIN_MS;
    if (hasChange && isNews) {
      await tellChange(shopId, new Date());
      Object.assign(of, { toldBaseline: baseline, toldAt: nowMs, ensuredAt: nowMs });
      return true;
    }
    if (nowMs - of.ensuredAt >= LIVE_ENSURED_EVERY_MS) {
      await ensureRun(shopId);
      of.ensuredAt = nowMs;
    }
    return false;
  }

  /** Throws the first of what has failed, once all were attended to. */
  async function attendAll(nowMs: number): Promise<number> {
    const whole = dueWhole(nowMs);
    known = await findLiveChanges(database, whole);
    for (const shopId of seen.keys()) if (!known.some((shop) => shop.shopId === shopId)) seen.delete(shopId);
    const failures: unknown[] = [];
    const areTold = await pMap(
      known,
      async (shop) => {
        try {
          const isTold = await attend(shop, nowMs);
          const of = seen.get(shop.shopId);
          // Of a shop whose run could not be told, the next look looks at all again.
          if (of && whole.includes(shop.shopId)) of.lookedWholeAt = nowMs;
          return isTold;
        } catch (error) {
          failures.push(error);
          return false;
        }
      },
      { concurrency: LIVE_TOLD_AT_ONCE },
    );
    const told = known.filter((_, index) => areTold[index]).map(({ shopId }) => shopId);
    if (told.length > 0) await recordFound(database, told);
    if (failures.length > 0) throw failures[0];
    return known.length === 0 ? LIVE_IDLE_LOOK_EVERY_MS : LIVE_LOOK_EVERY_MS;
  }

  return {
    look: keepLooking({
      look: attendAll,
      failed: 'Changes of live shops cannot be looked for; it is tried again',
      again: 'Changes of live shops are looked for again',
      log,
    }),
  };
}
