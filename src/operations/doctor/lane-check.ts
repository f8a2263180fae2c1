import { isMendedAtShop } from '../../domain/failed-step.ts';
import { LANE_STILL_AFTER_MS } from '../../domain/limits.ts';
import { heldBecause } from '../../domain/sync-plan.ts';
import { counted } from '../../domain/words.ts';
import { glanceAtLane, type LaneGlance } from '../../postgres/lane/lane-view.ts';
import { findStillLane } from '../../postgres/lane/still-lane.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding, type Found } from './check.ts';

/** Whether anything keeps the shop's files from being made or applied. A pause has a check of its own. */
export async function inspectLane(app: Application, { shopId, closingSince }: Shop): Promise<Finding> {
  const database = await app.database();
  const view = await glanceAtLane(database, shopId);
  const waitsForHardSync = view.reason?.startsWith('HARD_SYNC_REQUIRED') ?? false;
  if (view.reason !== null && !(waitsForHardSync && closingSince !== null)) {
    return faulty(...describeBlock(view, view.reason));
  }
  const still = view.state === 'waiting' ? await findStillLane(database, shopId, LANE_STILL_AFTER_MS) : null;
  if (still !== null) {
    return faulty(
      `${counted(view.filesWaiting, 'file')} ${view.filesWaiting === 1 ? 'waits' : 'wait'}, and nobody has worked on the first of them, file ${still.sequence} (${still.status}), since ${still.since.toISOString()}.`,
      `\`atp job run process-uploads --shop ${shopId} --wait\` takes it now; \`atp job show process-uploads --shop ${shopId}\` shows why no run has.`,
      { code: 'LANE_STANDS_STILL', since: still.since },
    );
  }
  if (closingSince !== null) {
    return faulty(
      `No file is made since ${closingSince.toISOString()}: the shop is emptied to be removed.`,
      `\`atp shop remove ${shopId} --drain\` goes on; \`atp shop set ${shopId} --location <gid>\`, with its own location or another one, lets it sell again.`,
      { code: 'SHOP_CLOSING', since: closingSince },
    );
  }
  return fine(`Nothing blocks the lane (${view.state}).`);
}

/** Whether the guard withholds products until a person decides. */
export async function inspectPlan(app: Application, { shopId }: Shop): Promise<Finding> {
  const { plans } = await glanceAtLane(await app.database(), shopId);
  const held = plans.find((plan) => plan.state === 'HELD');
  if (!held) return fine('Nothing is held.');
  return faulty(
    `Plan ${held.plan} waits for a person since ${held.madeAt}: ${heldBecause(held.counts)}.`,
    `\`atp lane ${shopId} plan ${held.plan}\` lists its products; then \`atp lane ${shopId} approve ${held.plan} --reason <text>\`, or \`reject\`.`,
    { code: 'PLAN_HELD', since: held.madeAt },
  );
}

/** What blocks the lane (a file, or a database that was restored), since when, and what mends it. */
function describeBlock(
  { shopId, files, head: first, blockedSince, movedOnBy }: LaneGlance,
  reason: string,
): [string, string, Found] {
  const head = files.find(({ sequence }) => sequence === first);
  if (reason.startsWith('HARD_SYNC_REQUIRED') || !head) {
    const byItself =
      movedOnBy === 'next-run' ? 'The next run of the shop starts its Hard Sync by itself; ' : '';
    return [
      `Nothing is sent. ${reason}`,
      `${byItself}\`atp job run hard-sync --shop ${shopId} --wait\` publishes everything anew.`,
      { code: 'RESTORE_NOTICED' },
    ];
  }
  const otherWays = `\`atp lane ${shopId}\` shows the other ways`;
  const mend =
    movedOnBy === 'next-run'
      ? `Mend the cause; each run tries the file again, and \`atp job run process-uploads --shop ${shopId}\` does so now. ${otherWays}.`
      : isMendedAtShop(reason)
        ? `Mend the cause: the next run then goes on by itself, and \`atp job run process-uploads --shop ${shopId}\` does so now. ${otherWays}.`
        : `Mend the cause, then \`atp lane ${shopId} retry ${head.sequence} --reason <text>\`; ${otherWays}.`;
  const since = blockedSince === null ? '' : ` since ${blockedSince}`;
  return [
    `File ${head.sequence} blocks the lane${since}. ${reason}`.trim(),
    mend,
    { code: 'LANE_BLOCKED', since: blockedSince },
  ];
}
