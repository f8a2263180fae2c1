/**
 * Gets the lanes of live shops going that a service has blocked, once it can be used again: nothing else would before the next
 * run by schedule. Each worker does so; that two of them start the same runs costs a look at the lane.
 */
import pMap from 'p-map';
import { setTimeout as delay } from 'node:timers/promises';
import { SERVICE_NOT_USABLE } from '../../domain/failed-step.ts';
import {
  LIVE_ANSWER_WITHIN_MS,
  LIVE_ASKED_AT_ONCE,
  LIVE_ASKS_AGAIN_MAX_MS,
  LIVE_ASKS_AGAIN_MS,
  LIVE_BLOCKED_LOOK_EVERY_MS,
  LIVE_DELTA_BEFORE_LANE_MS,
} from '../../domain/limits.ts';
import type { Database } from '../../postgres/database.ts';
import { listBlockedLiveShops, type BlockedLiveShop } from '../../postgres/producing/blocked-live-shops.ts';
import type { LookoutDeps } from './live-lookout.ts';
import { keepLooking } from './steady-look.ts';

export interface BlockedLanesDeps extends Pick<LookoutDeps, 'tellChange' | 'log'> {
  readonly database: Database;
  /** Whether it can be used now. Who does not answer in LIVE_ANSWER_WITHIN_MS is not waited for. */
  readonly canUseShopify: (shopId: string) => Promise<boolean>;
  readonly canUseSftp: () => Promise<boolean>;
  readonly wakeLane: (shopId: string) => Promise<void>;
  /** Of the worker's end: what is under way is not waited for. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** What is known of a shop whose lane a service keeps; times by `now`. */
interface Known {
  readonly code: string;
  readonly since: string;
  /** How often the lane was woken in a row, since the service could be used, and was blocked by the same again. */
  woken: number;
  askAt: number;
  /**
   * Since when the service has not answered, though nobody waits for it any more: for LIVE_ASKS_AGAIN_MAX_MS it is not asked a second time
   * meanwhile. Null: no question is open.
   */
  openSince: number | null;
  /** A delta is to come first: then the lane is woken. Null: none is. */
  wakeAt: number | null;
}

export interface BlockedLanes {
  /** Looks once. It never throws. Returns after how long to look again, in milliseconds. */
  readonly look: () => Promise<number>;
}

export function createBlockedLanes(deps: BlockedLanesDeps): BlockedLanes {
  const { database, canUseShopify, canUseSftp, tellChange, wakeLane, log, signal, now } = deps;
  const known = new Map<string, Known>();
  /** The question that is open, and since when. */
  let sftp: { readonly answer: Promise<boolean>; readonly since: number } | null = null;

  /** What is known of it; another trouble begins anew. */
  function recall({ shopId, code, since }: BlockedLiveShop): Known {
    const of = known.get(shopId);
    if (of?.code === code && of.since === since) return of;
    const fresh = { code, since, woken: 0, askAt: now() + LIVE_ASKS_AGAIN_MS, openSince: null, wakeAt: null };
    known.set(shopId, fresh);
    return fresh;
  }

  async function wake({ shopId, isBlocked }: BlockedLiveShop, of: Known): Promise<void> {
    // The end of the delta may have woken it already.
    if (isBlocked) await wakeLane(shopId);
    of.wakeAt = null;
    of.woken += 1;
    of.askAt = now() + Math.min(LIVE_ASKS_AGAIN_MS * 2 ** of.woken, LIVE_ASKS_AGAIN_MAX_MS);
  }

  /** Which of them a service keeps no longer. */
  async function ask(shops: readonly BlockedLiveShop[], failures: unknown[]): Promise<ReadonlySet<string>> {
    const usable = new Set<string>();
    await pMap(
      shops,
      async (shop) => {
        if (signal.aborted) return;
        const of = recall(shop);
        of.askAt = now() + LIVE_ASKS_AGAIN_MS;
        const ofSftp = SERVICE_NOT_USABLE[shop.code] === 'SFTP';
        of.openSince = now();
        const answer = (ofSftp ? askSftp() : canUseShopify(shop.shopId)).finally(() => {
          of.openSince = null;
        });
        if (await inTime(answer).catch(keepIn(failures))) usable.add(shop.shopId);
        else of.woken = 0;
      },
      { concurrency: LIVE_ASKED_AT_ONCE },
    );
    return usable;
  }

  /** One server for all of them. */
  function askSftp(): Promise<boolean> {
    if (sftp && now() - sftp.since < LIVE_ASKS_AGAIN_MAX_MS) return sftp.answer;
    const asked = {
      since: now(),
      answer: canUseSftp().finally(() => {
        if (sftp === asked) sftp = null;
      }),
    };
    sftp = asked;
    return asked.answer;
  }

  async function inTime(answer: Promise<boolean>): Promise<boolean> {
    const done = new AbortController();
    const end = AbortSignal.any([signal, done.signal]);
    const late = delay(LIVE_ANSWER_WITHIN_MS, false, { signal: end }).catch(() => false);
    return Promise.race([answer, late]).finally(() => {
      done.abort();
    });
  }

  /** Throws the first of what has failed, once all were attended to. */
  async function attendAll(): Promise<number> {
    const failures: unknown[] = [];
    const shops = await listBlockedLiveShops(database);
    for (const shopId of known.keys())
      if (!shops.some((shop) => shop.shopId === shopId)) known.delete(shopId);
    for (const shop of shops) {
      const { wakeAt } = recall(shop);
      if (wakeAt !== null && now() >= wakeAt) await wake(shop, recall(shop)).catch(keepIn(failures));
    }
    const due = shops.filter((shop) => {
      const { askAt, openSince, wakeAt } = recall(shop);
      const isAsked = openSince !== null && now() - openSince < LIVE_ASKS_AGAIN_MAX_MS;
      return shop.isBlocked && wakeAt === null && !isAsked && now() >= askAt;
    });
    const usable = await ask(due, failures);
    if (usable.size > 0 && !signal.aborted) {
      const foundAt = new Date();
      // Somebody may have paused one while it was asked.
      const still = await listBlockedLiveShops(database);
      for (const shop of still)
        if (shop.isBlocked && usable.has(shop.shopId)) await goOn(shop, foundAt).catch(keepIn(failures));
    }
    if (failures.length > 0) throw failures[0];
    return LIVE_BLOCKED_LOOK_EVERY_MS;
  }

  async function goOn(shop: BlockedLiveShop, foundAt: Date): Promise<void> {
    const of = recall(shop);
    if (!shop.hasChange) return wake(shop, of);
    // The newest first: rows of the files that wait are passed on to this delta, and each product is sent once.
    await tellChange(shop.shopId, foundAt);
    of.wakeAt = now() + LIVE_DELTA_BEFORE_LANE_MS;
  }

  return {
    look: keepLooking({
      look: attendAll,
      failed: 'Blocked lanes of live shops cannot be looked at; it is tried again',
      again: 'Blocked lanes of live shops are looked at again',
      ...{ log, signal },
    }),
  };
}

function keepIn(failures: unknown[]): (error: unknown) => false {
  return (error) => {
    failures.push(error);
    return false;
  };
}
