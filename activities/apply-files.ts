/** Taking a shop's files one after the other, and applying each to Shopify. Process uploads sequences these. */
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Diary } from '../src/domain/diary.ts';
import { AtpError, isCoded, type ErrorCode } from '../src/domain/errors.ts';
import { whoMovesOn } from '../src/domain/failed-step.ts';
import {
  addWindows,
  type AppliedWindows,
  type ClosedFile,
  type WindowOutcome,
} from '../src/domain/jobs/process-uploads.ts';
import type { LanePause } from '../src/domain/lane-pause.ts';
import {
  FILES_PER_ARCHIVING,
  LEASE_DURATION_MS,
  STEP_ENOUGH_MS,
  WINDOWS_PER_STEP_MAX,
} from '../src/domain/limits.ts';
import { callsInFlight } from '../src/domain/throttle.ts';
import {
  archiveFolder,
  outgoingFolder,
  setAsideFolder,
  type UploadFileState,
} from '../src/domain/upload-file.ts';
import { chunksOfWindow, countWindows, type Window } from '../src/domain/window.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  blockFile,
  closeFile,
  endLease,
  enterLane,
  findLease,
  takeNextFile,
  renewLease,
  startApplying,
  type LaneHolder,
  type LanePass,
} from '../src/postgres/lane/lane.ts';
import { countWindow } from '../src/postgres/lane/window-outcome.ts';
import { releaseIfPaused } from '../src/postgres/lane/lane-pause.ts';
import { countToRecheck } from '../src/postgres/lane/late-calls.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import {
  deltaMayGoFirst,
  listFilesToArchive,
  findFile,
  markArchived,
  markNotArchived,
  type UploadFile,
} from '../src/postgres/lane/upload-files.ts';
import type { FileDrop, OpenFileDrop } from '../src/sftp/file-drop.ts';
import { withScratchFolder } from '../src/sftp/scratch-folder.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { applyWindows } from './apply-windows.ts';
import { checkShopOrigin } from './check-origin.ts';
import { FileProgress } from './file-progress.ts';
import { keepAlive } from './keep-alive.ts';
import { findMended } from './mended-at-shop.ts';

export interface ApplyDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly adminApi: (shop: Shop) => AdminApi;
  /** Whether the run that has the lane still works; false only when it is certain that it does not. */
  readonly isAtWork: (holder: LaneHolder) => Promise<boolean>;
  readonly diary: Diary;
}

export type { LaneHolder };

/** What this run has to do next in the lane. */
export type LaneHead =
  | { readonly lane: 'busy' }
  /** Nothing may be sent before somebody resumes the lane. */
  | { readonly lane: 'paused'; readonly pause: LanePause }
  /**
   * `setApart`: the number of products that may have changed on Shopify without us (recorded histories know this name):
   * quarantined ones, whose cause may be gone by now, and those that a late call may have changed.
   */
  | { readonly lane: 'idle'; readonly setApart: number }
  /** `sequence` is null when nothing may be sent to the shop at all. */
  | {
      readonly lane: 'blocked';
      readonly sequence: number | null;
      readonly reason: string;
      /** ISO 8601; null: not known. */
      readonly since: string | null;
      readonly movedOnBy: 'next-run' | 'person';
    }
  | {
      readonly lane: 'file';
      readonly sequence: number;
      readonly name: string;
      readonly state: 'WRITING' | 'READY' | 'APPLYING';
      readonly rows: number;
      readonly windows: number;
      /** It was BLOCKED by a cause that may be gone by itself. */
      readonly isTriedAgain: boolean;
      /** When it was last BLOCKED; absent in histories of an earlier release. */
      readonly lastBlocked?: string | null;
    };

export function createApplyActivities({ database, fileDrop, adminApi, isAtWork, diary }: ApplyDeps) {
  return {
    /**
     * Enters the lane and finds the file to go on with.
     *
     * @param letsDeltaGoFirst a delta that may go before the rest of a large file comes instead of it
     * @param triesBlocked a blocked file whose cause may be gone by itself is taken up again, and so is one whose cause
     *   somebody has mended at the shop
     */
    async nextFile({
      letsDeltaGoFirst = false,
      triesBlocked = false,
      ...holder
    }: LaneHolder & {
      readonly letsDeltaGoFirst?: boolean;
      readonly triesBlocked?: boolean;
    }): Promise<LaneHead> {
      const { shopId } = holder;
      return keepAlive(async () => {
        await findShop(database, shopId);
        const { restoredReason } = await checkShopOrigin({ database, fileDrop }, shopId);
        if (restoredReason !== null) {
          const reason = `HARD_SYNC_REQUIRED: ${restoredReason}`;
          return { lane: 'blocked', sequence: null, reason, since: null, movedOnBy: 'person' };
        }
        const pass =
          (await enterLane(database, holder)) ?? (await enterAfterDeadRun(database, holder, isAtWork));
        if (!pass) return { lane: 'busy' };
        const pause = await releaseIfPaused(database, pass);
        if (pause) return { lane: 'paused', pause };
        const mended = triesBlocked ? await findMended({ database, adminApi }, shopId) : null;
        const file = await takeNextFile(database, pass, { letsDeltaGoFirst, triesBlocked, mended });
        if (mended !== null && file?.sequence === mended.sequence && file.state !== 'BLOCKED')
          diary({ event: 'FILE_GOES_ON', shopId, ...mended });
        if (!file) return { lane: 'idle', setApart: await countToRecheck(database, shopId) };
        return headOf(file);
      });
    },

    /**
     * Proves that the file on SFTP is the one that was written. `isOpen` is false when a Hard Sync has superseded the
     * file meanwhile, or when it is not its turn any more.
     */
    async openFile({
      sequence,
      ...holder
    }: LaneHolder & { readonly sequence: number }): Promise<{ readonly isOpen: boolean }> {
      return keepAlive(async () => {
        const pass = await enterAgain({ database, fileDrop }, holder);
        const file = await findFile(database, holder.shopId, sequence);
        return whileRenewingLease(database, pass, async () => {
          await proveFile(fileDrop, file);
          return { isOpen: await startApplying(database, pass, sequence) };
        });
      });
    },

    /**
     * Applies windows of the file, several calls at once: at most WINDOWS_PER_STEP_MAX, and none that would
     * begin after STEP_ENOUGH_MS or keep a delta waiting. A repeated attempt goes on where the last one stopped. Throws LANE_PAUSED when somebody
     * pauses the lane meanwhile: calls that are on their way are answered first. Its heartbeats tell how many rows of the file are
     * done.
     *
     * @param windowsMax absent in runs that an earlier release began: they count one window for each step
     */
    async applyWindow({
      sequence,
      window,
      windowsMax,
      ...holder
    }: LaneHolder & {
      readonly sequence: number;
      readonly window: number;
      readonly windowsMax?: number;
    }): Promise<AppliedWindows> {
      const { shopId } = holder;
      const progress = new FileProgress(window);
      const begunAt = performance.now();
      const applyAll = async (): Promise<AppliedWindows> => {
        const pass = await enterAgain({ database, fileDrop }, holder, { sequence, states: ['APPLYING'] });
        const file = await findFile(database, holder.shopId, sequence);
        const shop = await findShopOf(database, file);
        const deps = { database, api: adminApi(shop), shop, pass };
        progress.total = file.rowCount;
        const mayMakeWay = windowsMax !== undefined;
        const windows = Math.min(windowsMax ?? 1, WINDOWS_PER_STEP_MAX);
        const end = Math.min(window + windows, countWindows(file.rowCount));
        let next = window;
        // A run that an earlier release began goes on with the file all the same, and would not be replayed.
        const deltaWaits = async (mayBeOnItsWay: number) =>
          mayMakeWay && (await deltaMayGoFirst(database, file, mayBeOnItsWay));
        async function* windowsOfStep(): AsyncGenerator<Window> {
          do {
            yield { sequence, window: next };
            next += 1;
          } while (
            next < end &&
            performance.now() - begunAt < STEP_ENOUGH_MS &&
            !(await deltaWaits(chunksOfWindow({ window: next }).first))
          );
        }
        await applyWindows(deps, windowsOfStep(), file.rowCount, {
          atOnce: () => callsInFlight(deps.api.restoreRate()),
          signal: Context.current().cancellationSignal,
          onDone: (rows) => {
            progress.add(rows);
          },
        });
        const outcomes: WindowOutcome[] = [];
        for (let done = window; done < next; done += 1) {
          outcomes.push(await countWindow(database, { shopId, sequence, window: done }));
        }
        return { ...addWindows(outcomes), nextWindow: next, deltaWaits: await deltaWaits(0) };
      };
      return keepAlive(applyAll, () => progress.told());
    },

    /** Every row is settled: the file is APPLIED or PARTIAL. Or it is outdated, and nothing of it is on its way. */
    async closeFile({
      sequence,
      ...holder
    }: LaneHolder & { readonly sequence: number }): Promise<ClosedFile> {
      // An attempt whose answer was lost has closed it already.
      const states = ['APPLYING', 'APPLIED', 'PARTIAL', 'SUPERSEDED'] as const;
      const pass = await enterAgain({ database, fileDrop }, holder, { sequence, states });
      const { file, outcome } = await closeFile(database, pass, sequence);
      const { shopId } = holder;
      diary({ event: 'FILE_CLOSED', shopId, sequence, status: file.state, ...outcome });
      return { sequence, status: file.state, rows: file.rowCount, ...outcome };
    },

    /**
     * The file cannot be applied: it blocks its lane. A file that is not in one of the states `from` any more, or was
     * BLOCKED since `lastBlocked`, is left as it is.
     */
    async blockFile({
      shopId,
      workflowId,
      holder,
      ...block
    }: LaneHolder & {
      readonly sequence: number;
      readonly code: ErrorCode;
      readonly reason: string;
      readonly from?: readonly UploadFileState[];
      readonly lastBlocked?: string | null;
    }): Promise<void> {
      const pass = await enterAgain({ database, fileDrop }, { shopId, workflowId, holder });
      const isNews = await blockFile(database, pass, block);
      const { sequence, code, reason } = block;
      if (isNews) diary({ event: 'FILE_BLOCKED', shopId, sequence, code, reason });
    },

    /**
     * Moves the files that the lane is done with out of outgoing/. A file that cannot be moved is recorded with the
     * error, and comes last the next time.
     */
    async archiveFiles({ shopId }: { readonly shopId: string }): Promise<{ readonly archived: number }> {
      return keepAlive(async () => {
        const files = await listFilesToArchive(database, shopId, FILES_PER_ARCHIVING);
        if (files.length === 0) return { archived: 0 };
        let [next] = files;
        try {
          await fileDrop(async (drop) => {
            for (const file of files) {
              next = file;
              const target = archiveFolder(shopId, file.state);
              for (const name of [file.name, `${file.name}.sha256`]) {
                await moveAway(drop, { shopId, name, target });
              }
              await markArchived(database, shopId, file.sequence);
            }
          });
        } catch (error) {
          if (next && error instanceof AtpError) await markNotArchived(database, next, error.message);
          throw error;
        }
        return { archived: files.length };
      });
    },
  };
}

function headOf(file: UploadFile): LaneHead {
  const { sequence, name, state, rowCount: rows, blockedSince, lastBlocked } = file;
  if (state === 'BLOCKED') {
    const reason = `${file.reasonCode ?? ''}: ${file.reason ?? ''}`;
    const since = blockedSince?.toISOString() ?? null;
    return { lane: 'blocked', sequence, reason, since, movedOnBy: whoMovesOn(file.reasonCode) };
  }
  return {
    lane: 'file',
    sequence,
    name,
    state: state as 'WRITING' | 'READY' | 'APPLYING',
    rows,
    windows: countWindows(rows),
    isTriedAgain: blockedSince !== null,
    lastBlocked,
  };
}

/**
 * Moves a file of ours into the archive. The lane does not stop for a file that is gone, since its rows are in the
 * database. If the archive has another file of that name, ours is set aside.
 */
async function moveAway(
  drop: FileDrop,
  { shopId, name, target }: { readonly shopId: string; readonly name: string; readonly target: string },
): Promise<void> {
  const folder = outgoingFolder(shopId);
  try {
    await drop.move(`${folder}/${name}`, `${target}/${name}`);
  } catch (error) {
    if (isCoded(error, 'FILE_MISSING')) return;
    if (!isCoded(error, 'FILE_NAME_TAKEN')) throw error;
    await drop.setAside({ folder, name }, setAsideFolder(shopId));
  }
}

/**
 * Enters a lane whose holder may be dead. A run that was terminated, or that timed out, leaves its lease: we ask Temporal
 * whether it still runs, instead of waiting for the lease to expire.
 */
async function enterAfterDeadRun(
  database: Database,
  holder: LaneHolder,
  isAtWork: ApplyDeps['isAtWork'],
): Promise<LanePass | null> {
  const lease = await findLease(database, holder.shopId);
  if (lease && (await isAtWork(lease))) return null;
  if (lease) await endLease(database, lease);
  return enterLane(database, holder);
}

/**
 * Enters the lane again, for the next step of a run that had it. Throws LANE_TAKEN_OVER when another run has the lane
 * now, UPLOAD_FILE_TAKEN_BACK when somebody has decided about the file since, and HARD_SYNC_REQUIRED when the database
 * was restored since the run began: its file is not of this database.
 */
async function enterAgain(
  deps: Pick<ApplyDeps, 'database' | 'fileDrop'>,
  holder: LaneHolder,
  file?: { readonly sequence: number; readonly states: readonly UploadFileState[] },
): Promise<LanePass> {
  const { shopId } = holder;
  const { restoredReason } = await checkShopOrigin(deps, shopId);
  if (restoredReason !== null) throw new AtpError('HARD_SYNC_REQUIRED', { shopId, reason: restoredReason });
  const pass = await enterLane(deps.database, holder, file);
  if (!pass) throw new AtpError('LANE_TAKEN_OVER', { shopId });
  return pass;
}

/**
 * Renews the lease while `work` writes nothing, since a large file may take long to read. A renewal may fail: the next
 * write with this pass finds out whether the lane is still ours.
 */
async function whileRenewingLease<Result>(
  database: Database,
  pass: LanePass,
  work: () => Promise<Result>,
): Promise<Result> {
  const timer = setInterval(() => {
    renewLease(database, pass).catch(() => undefined);
  }, LEASE_DURATION_MS / 4);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function proveFile(fileDrop: OpenFileDrop, file: UploadFile): Promise<void> {
  await withScratchFolder(async (folder) => {
    const path = `${outgoingFolder(file.shopId)}/${file.name}`;
    const { sha256 } = await fileDrop((drop) => drop.download(path, join(folder, file.name)));
    if (sha256 === file.sha256) return;
    throw new AtpError('FILE_CHECKSUM_MISMATCH', { name: file.name, expected: file.sha256, found: sha256 });
  });
}

/** The shop at the location that the file was made for: the shop may have another one by now. */
async function findShopOf(
  database: Database,
  { shopId, locationId }: Pick<UploadFile, 'shopId' | 'locationId'>,
): Promise<Shop> {
  return { ...(await findShop(database, shopId)), locationId };
}
