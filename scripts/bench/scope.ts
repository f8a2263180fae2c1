/**
 * What a delta costs for what concerns no product of its shop, and for a whole facility or a whole catalogue. The floor, in
 * the same run, is a delta for which nothing was logged; of what touches everything, it is the query of a Hard Sync in the
 * same snapshot. The work was done right when each delta has as many rows as the scene says.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { UploadFileKind } from '../../src/domain/upload-file.ts';
import type { Database } from '../../src/postgres/database.ts';
import { planRows } from '../../src/postgres/planning/planned-rows.ts';
import { readNextBaseline } from '../../src/postgres/planning/snapshot-chain.ts';
import { addCatalogue } from './catalogue.ts';
import { addPaperShop, fillShop, makeDelta } from './filled-shop.ts';
import { onOwnDatabase } from './own-database.ts';
import { ELSEWHERE, EVERYWHERE, type ScopeSize } from './scope-scenes.ts';
import { spreadCells, spreadOf } from './spread.ts';

const SHOP = 'shop';

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string', default: '200000' },
      facilities: { type: 'string', default: '10' },
      pairs: { type: 'string', default: '5' },
      small: { type: 'boolean', default: false },
    },
  });
  const size = values.small
    ? { products: 1_000, facilities: 3 }
    : { products: Number(values.products), facilities: Number(values.facilities) };
  const pairs = values.small ? 2 : Number(values.pairs);
  return onOwnDatabase(async (database) => {
    await prepare(database, size);
    process.stdout.write(
      `${size.products} products at ${size.facilities} facilities, all mapped to the shop; ${pairs} pairs\n\n`,
    );
    let isRight = true;
    const elsewhere = tableOf([
      'delta of nothing ms: min',
      'median',
      'max',
      'delta ms: min',
      'median',
      'max',
    ]);
    for (const scene of ELSEWHERE) {
      const [floor, took]: [number[], number[]] = [[], []];
      for (let pair = 0; pair < pairs; pair += 1) {
        floor.push((await makeDelta(database, SHOP)).tookMs);
        await database.session((session) => scene.change(session, size, pair));
        const delta = await makeDelta(database, SHOP);
        isRight = isRight && (delta.file?.rowCount ?? 0) === scene.rows(size);
        took.push(delta.tookMs);
      }
      elsewhere.push([scene.what, ...spreadCells(spreadOf(floor)), ...spreadCells(spreadOf(took))]);
    }
    process.stdout.write(`${elsewhere.toString()}\n\n`);
    const everywhere = tableOf([
      'Hard Sync’s query ms: min',
      'median',
      'max',
      'delta’s query ms: min',
      'median',
      'max',
      'times',
      'whole delta ms',
    ]);
    for (const scene of EVERYWHERE) {
      const [floor, took, whole]: [number[], number[], number[]] = [[], [], []];
      for (let pair = 0; pair < pairs; pair += 1) {
        await database.session((session) => scene.change(session, size, pair));
        floor.push(await planOnly(database, 'hard-sync'));
        took.push(await planOnly(database, 'recent-changes'));
        const delta = await makeDelta(database, SHOP);
        isRight = isRight && (delta.file?.rowCount ?? 0) === scene.rows(size);
        whole.push(delta.tookMs);
      }
      const [hardSync, delta] = [spreadOf(floor), spreadOf(took)];
      const times = (delta.median / hardSync.median).toFixed(2);
      everywhere.push([
        scene.what,
        ...spreadCells(hardSync),
        ...spreadCells(delta),
        times,
        spreadOf(whole).median.toFixed(0),
      ]);
    }
    process.stdout.write(`${everywhere.toString()}\n\n`);
    process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: each delta has as many rows as its scene changes\n`);
    return isRight;
  });
}

function tableOf(figures: readonly string[]) {
  return new Table({ head: ['what happens', ...figures], style: { head: [], border: [], compact: true } });
}

async function prepare(database: Database, { products, facilities }: ScopeSize): Promise<void> {
  await database.session(async (session) => {
    await addCatalogue(session, { products, facilities, others: ['ELSEWHERE'] });
    await session.query(`INSERT INTO facility_group VALUES ('UNUSED', 'CHANNEL_FAC_GROUP', 'Unused')`);
    for (const shopId of [SHOP, 'other']) await addPaperShop(session, shopId);
  });
  await fillShop(database, SHOP);
}

/** The query alone, whose rows are thrown away: the next one finds all as this one did. */
async function planOnly(database: Database, kind: UploadFileKind): Promise<number> {
  return database.session(async (session) => {
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const baseline = await readNextBaseline(session, { shopId: SHOP, kind });
    const group = { facilityGroupId: 'FAC_GRP', isRefillDue: false };
    const scope = { shopId: SHOP, ...group, kind, heldPlan: null, isFirstApproved: false };
    const begun = performance.now();
    await planRows(session, scope, baseline);
    const tookMs = performance.now() - begun;
    await session.query('ROLLBACK');
    return tookMs;
  });
}
