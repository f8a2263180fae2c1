/**
 * Gets the lanes of live shops going that a service has blocked, once it answers again: nothing else would before the next run
 * by schedule. Each worker does so; that two of them start the same runs costs a look at the lane.
 */
import {
  LIVE_ASKS_AGAIN_MAX_MS,
  LIVE_ASKS_AGAIN_MS,
  LIVE_BLOCKED_LOOK_EVERY_MS,
  LIVE_DELTA_BEFORE_LANE_MS,
  LIVE_REST_AFTER_FAILURE_MS,
  LIVE_TOLD_AT_ONCE,
} from '../../domain/limits.ts';
import type { Database } from '../../postgres/database.ts';
import {
  listBlockedLiveShops,
  type AwayCode,
  type BlockedLiveShop,
} from '../../postgres/producing/blocked-live-shops.ts';
import { describeError } from '../described-error.ts';
import type { LookoutDeps } from './live-lookout.ts';

export interface BlockedLanesDeps extends Pick<LookoutDeps, 'tellChange' | 'log'> {
  readonly database: Database;
  /** Whether the service that was away answers for the shop now; it asks once, and for some seconds at most. */
  readonly answers: (shopId: string, code: AwayCode) => Promise<boolean>;
  readonly wakeLane: (shopId: string) => Promise<void>;
  /** Returns early when the worker ends. */
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** What is known of a shop whose lane is blocked. */
interface Asked {
  /** Of the trouble: another one begins anew. */
  readonly since: string;
  /** It was woken so often, and is blocked by the same trouble: the service answers, and does not do what is asked of it. */
  woken: number;
  nextAt: number;
}

export interface BlockedLanes {
  /** Looks once. It never throws. Returns after how long to look again, in milliseconds. */
  readonly look: () => Promise<number>;
}

export function createBlockedLanes(deps: BlockedLanesDeps): BlockedLanes {
  const { database, answers, tellChange, wakeLane, log, pause, now } = deps;
  const asked = new Map<string, Asked>();
  let hasFailed = false;

  async function attend({ shopId, code, since }: BlockedLiveShop): Promise<void> {
    const known = asked.get(shopId);
    const of = known?.since === since ? known : { since, woken: 0, nextAt: now() + LIVE_ASKS_AGAIN_MS };
    asked.set(shopId, of);
    if (now() < of.nextAt) return;
    const isBack = await answers(shopId, code);
    if (isBack) {
      // The newest first: rows of the files that wait are passed on to this delta, and each product is sent once.
      await tellChange(shopId, new Date());
      await pause(LIVE_DELTA_BEFORE_LANE_MS);
      await wakeLane(shopId);
      of.woken += 1;
    }
    of.nextAt = now() + Math.min(LIVE_ASKS_AGAIN_MS * 2 ** of.woken, LIVE_ASKS_AGAIN_MAX_MS);
  }

  return {
    async look() {
      try {
        const blocked = await listBlockedLiveShops(database);
        for (const shopId of asked.keys())
          if (!blocked.some((shop) => shop.shopId === shopId)) asked.delete(shopId);
        const { workInTurns } = await import('../../temporal/in-turns.ts');
        const failures: unknown[] = [];
        await workInTurns(blocked, LIVE_TOLD_AT_ONCE, async (shop) => {
          await attend(shop).catch((error: unknown) => failures.push(error));
        });
        if (failures.length > 0) throw failures[0];
        if (hasFailed) log('info', 'Blocked lanes of live shops are looked at again', {});
        hasFailed = false;
        return LIVE_BLOCKED_LOOK_EVERY_MS;
      } catch (error) {
        const { code, message } = describeError(error);
        if (!hasFailed)
          log('warn', 'Blocked lanes of live shops cannot be looked at; it is tried again', {
            code,
            reason: message,
          });
        hasFailed = true;
        return LIVE_REST_AFTER_FAILURE_MS;
      }
    },
  };
}
