/** Making a shop's numbered files: from one snapshot of the database to a READY file on SFTP. */
import { join } from 'node:path';
import type { Diary } from '../src/domain/diary.ts';
import { heldBecause } from '../src/domain/sync-plan.ts';
import { outgoingFolder, setAsideFolder, type UploadFileKind } from '../src/domain/upload-file.ts';
import type { Database } from '../src/postgres/database.ts';
import { countWithheld } from '../src/postgres/planning/plan-rows.ts';
import { produceFile } from '../src/postgres/producing/produce-file.ts';
import { isRewritten } from '../src/postgres/lane/lane-decisions.ts';
import { markReady } from '../src/postgres/producing/ready-file.ts';
import { findShop } from '../src/postgres/master-data/shops.ts';
import { renderFile } from '../src/postgres/lane/rendered-file.ts';
import { findFile, isArchived, type UploadFile } from '../src/postgres/lane/upload-files.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import { withScratchFolder } from '../src/sftp/scratch-folder.ts';
import { checkShopOrigin } from './check-origin.ts';
import { keepAlive } from './keep-alive.ts';

export interface ProduceDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  /** Tells the shop's lane that a file is READY: starts Process uploads, or makes a running one look again. */
  readonly wakeLane: (shopId: string) => Promise<void>;
  readonly diary: Diary;
}

/** A file that has its number and its rows; ids, counts and names only. */
export interface ProducedFile {
  readonly shopId: string;
  readonly facilityGroupId: string;
  readonly sequence: number;
  readonly name: string;
  readonly rows: number;
  readonly toZero: number;
}

/** The plan of the shop that is held: products that wait for a person. */
export interface HeldPlan {
  readonly facilityGroupId: string;
  readonly plan: number;
  /** Why, in words: the end of "It is held: …". */
  readonly because: string;
  /** Products that it withholds, and how many of them would go to zero; absent: told by an earlier release. */
  readonly rows?: number;
  readonly toZero?: number;
}

/** `file` null: there is nothing to publish. `plan` null: nothing waits for a person. */
export interface ProduceOutcome {
  readonly file: ProducedFile | null;
  readonly plan: HeldPlan | null;
}

export interface ProduceInput {
  readonly kind: UploadFileKind;
  readonly shopId: string;
  readonly facilityGroupId?: string | undefined;
  /** Products that a person has asked for. */
  readonly skus?: readonly string[] | undefined;
  /** Names the job's run: a retry with the same key gets the file that the first attempt has committed. */
  readonly producerKey: string;
}

export function createProduceActivities({ database, fileDrop, wakeLane, diary }: ProduceDeps) {
  /** By shop, the plan and revision that was told last: each delta finds the plan that is held. */
  const plansTold = new Map<string, string>();

  function tellOfPlan(shopId: string, revision: number, { plan, because: reason }: HeldPlan): void {
    const told = `${plan} ${revision}`;
    if (plansTold.get(shopId) !== told) diary({ event: 'PLAN_HELD', shopId, plan, reason });
    plansTold.set(shopId, told);
  }

  return {
    /** One snapshot → immutable rows under the next sequence; what is suspect waits in a held plan. */
    async produceFile(input: ProduceInput): Promise<ProduceOutcome> {
      return keepAlive(async () => {
        await checkShopOrigin({ database, fileDrop }, input.shopId);
        const { file, plan } = await produceFile(database, input);
        if (!plan) return { file: file && producedFile(file), plan: null };
        const { facilityGroupId } = await findShop(database, input.shopId);
        const rows = await countWithheld(database, input.shopId, plan.plan);
        const held = { facilityGroupId, plan: plan.plan, because: heldBecause(plan.counts), ...rows };
        tellOfPlan(input.shopId, plan.revision, held);
        return { file: file && producedFile(file), plan: held };
      });
    },

    /**
     * Rows → file on SFTP → READY. Any run may finish a WRITING file, even two at the same time: the rows are in the
     * database, so the bytes are the same.
     */
    async publishFile({
      shopId,
      sequence,
    }: {
      readonly shopId: string;
      readonly sequence: number;
    }): Promise<{ readonly sha256: string }> {
      return keepAlive(async () => {
        const file = await findFile(database, shopId, sequence);
        if (file.sha256 !== null) return { sha256: file.sha256 };
        return withScratchFolder(async (folder) => {
          const localPath = join(folder, file.name);
          const { sha256 } = await renderFile(database, file, localPath);
          const target = { folder: outgoingFolder(shopId), name: file.name, sha256 };
          await fileDrop(async (drop) => {
            // Only after a person decided to rewrite: until then, a foreign file under the name blocks the lane. The equal file
            // stays: another run has put it there, and the lane may read it now.
            const mayMove = await isRewritten(database, shopId, sequence);
            if (mayMove && !(await drop.holds(localPath, target)))
              await drop.setAside(target, setAsideFolder(shopId));
            await drop.publish(localPath, target);
            await markReady(database, { shopId, sequence, sha256 });
            diary({ event: 'FILE_PUBLISHED', shopId, sequence, rows: file.rowCount });
            if (!(await isArchived(database, shopId, sequence))) return;
            // Another run was faster: the file is applied and archived already, so this copy is left over.
            await drop.remove(`${target.folder}/${file.name}`);
            await drop.remove(`${target.folder}/${file.name}.sha256`);
          });
          return { sha256 };
        });
      });
    },

    async wakeLane({ shopId }: { readonly shopId: string }): Promise<void> {
      await wakeLane(shopId);
    },
  };
}

function producedFile(file: UploadFile): ProducedFile {
  return {
    shopId: file.shopId,
    facilityGroupId: file.facilityGroupId,
    sequence: file.sequence,
    name: file.name,
    rows: file.rowCount,
    toZero: file.toZeroCount,
  };
}
