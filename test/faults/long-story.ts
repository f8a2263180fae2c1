/**
 * One long run of the product, in phases that each end with an idle lane: a feed, a Hard Sync of two chunks with a lost
 * answer and a quarantined row, a stale row, a blocked file and a retry, a damaged file and a skip, the end of the
 * quarantine, a pause in the middle of a file, an item that its product leaves, and another location with its drain. It
 * waits for states only, so it plays the same whatever happens to the worker.
 */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isCoded } from '../../src/domain/errors.ts';
import { SHOP, type Installation } from '../end-to-end/installation.ts';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { moveShop } from '../../src/postgres/producing/move-shop.ts';
import { wakeLane } from '../../src/temporal/run-job.ts';
import { BACK_ROOM, SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';

/** Two chunks. */
export const SKUS = Array.from({ length: 260 }, (_, index) => `SHIRT-${String(index).padStart(3, '0')}`);
const [FIRST = '', SECOND = '', UNTRACKED = '', MOVED = ''] = SKUS;
const LAST = SKUS.at(-1) ?? '';

export interface Phase {
  readonly name: string;
  play(shop: Installation): Promise<void>;
}

export const PHASES: readonly Phase[] = [
  {
    name: 'a feed is imported',
    async play(shop) {
      const units = Object.fromEntries(SKUS.map((sku, index) => [sku, 5 + (index % 3)]));
      await shop.importCount('RESET_INVENTORY__1.csv', 'WAREHOUSE', units);
    },
  },
  {
    name: 'a Hard Sync of two chunks, with a lost answer and a quarantined row',
    async play(shop) {
      await setTracked(shop, false);
      await shop.twin.control('POST', '/faults', { kind: 'drop-after', operation: 'SetOnlineAtp' });
      await shop.hardSync();
      await untilIdleAfter(shop, 1);
    },
  },
  {
    name: 'a delta with a stale row',
    async play(shop) {
      await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { [FIRST]: 9, [SECOND]: 2, [LAST]: 8 });
      const call = await shop.hold('SetOnlineAtp');
      await shop.recentChanges();
      await shop.waitForArrival(call);
      await shop.sellOnShopify(FIRST, 1);
      await shop.release(call);
      await untilIdleAfter(shop, 2);
    },
  },
  {
    name: 'a blocked delta that is tried again',
    async play(shop) {
      await makeBlockedFile(shop, 3, { [FIRST]: 12, [LAST]: 1 });
      await shop.setLocationActive(true);
      await decide(shop, { decision: 'retry', sequence: 3 });
      await untilIdleAfter(shop, 3);
    },
  },
  {
    name: 'a damaged delta that is skipped, and the next one brings its rows',
    async play(shop) {
      await makeBlockedFile(shop, 4, { [SECOND]: 20, [LAST]: 30 });
      const [name = ''] = (await shop.filesIn(`outgoing/${SHOP}`)).filter((file) => file.endsWith('.csv'));
      await truncate(join(shop.sftpFolder, 'outgoing', SHOP, name), 60);
      await shop.setLocationActive(true);
      await decide(shop, { decision: 'retry', sequence: 4, expectedReason: 'LOCATION_UNUSABLE' });
      await untilBlocked(shop, 4, 'FILE_CHECKSUM_MISMATCH');
      await decide(shop, { decision: 'skip', sequence: 4 });
      await shop.recentChanges();
      await untilIdleAfter(shop, 5);
    },
  },
  {
    name: 'a Hard Sync that brings the quarantined row',
    async play(shop) {
      await setTracked(shop, true);
      await shop.hardSync();
      await untilIdleAfter(shop, 6);
    },
  },
  {
    name: 'a lane that is paused in the middle of a delta of two chunks, and resumed',
    async play(shop) {
      await shop.count(
        'RESET_INVENTORY__7.csv',
        'WAREHOUSE',
        Object.fromEntries(SKUS.map((sku, index) => [sku, 40 + (index % 3)])),
      );
      const call = await shop.hold('SetOnlineAtp');
      await shop.recentChanges();
      await shop.waitForArrival(call);
      await pauseLane(shop.database, SHOP, { by: 'Ann', reason: 'a look first' });
      await shop.release(call);
      await untilGivenBack(shop);
      await resumeLane(shop.database, SHOP);
      await wakeLane(shop.temporal, SHOP);
      await untilIdleAfter(shop, 7);
    },
  },
  {
    name: 'a SKU that is put on another variant: the item that it leaves is drained, and the new one is filled',
    async play(shop) {
      await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [
        { sku: MOVED, newSku: `OLD-${MOVED}` },
      ]);
      await shop.twin.seed([{ sku: MOVED, title: 'the new variant' }]);
      await shop.run({ job: 'map-shop', shopId: SHOP });
      await shop.recentChanges();
      await untilIdleAfter(shop, 9);
      expect(await shop.readShown()).toMatchObject({ [`OLD-${MOVED}`]: 0, [MOVED]: 40 });
    },
  },
  {
    name: 'another location: the old one is drained, and the new one is filled',
    async play(shop) {
      await shop.twin.control(
        'PATCH',
        `/shops/${TWIN_SHOP.domain}/levels`,
        SKUS.map((sku) => ({ sku, locationId: BACK_ROOM, available: 0, isActive: true })),
      );
      await moveShop(shop.database, SHOP, { locationId: BACK_ROOM }, { drains: true });
      await shop.hardSync();
      await untilIdleAfter(shop, 11);
    },
  },
];

/** The run that found the lane paused has given it back. */
async function untilGivenBack(shop: Installation): Promise<void> {
  await shop.until(async () => {
    const [lane] = await shop.database.query<{ holder: string | null }>('SELECT holder FROM lane');
    return lane?.holder === null;
  });
}

async function setTracked(shop: Installation, tracked: boolean): Promise<void> {
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [{ sku: UNTRACKED, tracked }]);
}

async function makeBlockedFile(
  shop: Installation,
  sequence: number,
  units: Readonly<Record<string, number>>,
): Promise<void> {
  await shop.count(`RESET_INVENTORY__${sequence}.csv`, 'WAREHOUSE', units);
  await shop.setLocationActive(false);
  await shop.recentChanges();
  await untilBlocked(shop, sequence, 'LOCATION_UNUSABLE');
}

/** Decides. A worker that dies meanwhile may make the answer late; what comes after waits for the state. */
async function decide(shop: Installation, decision: Readonly<Record<string, unknown>>): Promise<void> {
  await shop.decide(decision).catch((error: unknown) => {
    if (!isCoded(error, 'JOB_STILL_RUNNING')) throw error;
  });
}

async function untilBlocked(shop: Installation, sequence: number, reason: string): Promise<void> {
  await shop.until(async () => {
    const blocked = await shop.database.query(
      "SELECT FROM upload_file WHERE sequence = $1 AND state = 'BLOCKED' AND reason_code = $2",
      [sequence, reason],
    );
    return blocked.length === 1;
  });
}

/** Waits until so many files are closed, without waking the lane: no wake-up may be lost. Then lets the lane run empty. */
async function untilIdleAfter(shop: Installation, files: number): Promise<void> {
  await shop.until(async () => {
    const closed = await shop.database.query('SELECT FROM upload_file WHERE closed_at IS NOT NULL');
    return closed.length === files;
  });
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
}
