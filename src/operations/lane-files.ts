/** The files of a shop's lane, one of them from its rows to what was read back, and what is quarantined. */
import { byDefault, choice, count, id, label, optional, wholeNumber } from '../domain/input-fields.ts';
import { PAGE_ROWS_MAX, PAGE_ROWS_SHOWN } from '../domain/limits.ts';
import { FILE_MOVES, UPLOAD_FILE_KINDS, type UploadFileState } from '../domain/upload-file.ts';
import { findReadBack, listFiles, listWindows, readFileDetails } from '../postgres/lane/lane-files.ts';
import { listSetApart } from '../postgres/lane/quarantined-rows.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { defineOperation } from './operation.ts';
import { readPage } from './page-of-rows.ts';
import { linkOfRun } from './run-link.ts';

const shopId = id('the shop');
const sequence = (about: string) => wholeNumber(about, 1, Number.MAX_SAFE_INTEGER);
const limit = (what: string) => byDefault(count(`${what} at most`, PAGE_ROWS_MAX), PAGE_ROWS_SHOWN);

export const listLaneFiles = defineOperation({
  name: 'lane.files',
  role: 'viewer',
  description: 'a shop’s files, the newest first',
  fields: {
    shopId,
    state: optional(choice('only files in this state', Object.keys(FILE_MOVES) as UploadFileState[])),
    kind: optional(choice('only files of this kind', UPLOAD_FILE_KINDS)),
    limit: limit('files'),
    after: optional(sequence('where to go on: the number of the last file of the page before')),
  },
  run: async ({ app }, { shopId: of, state = null, kind = null, limit: most, after = null }) => {
    const database = await app.database();
    await findShop(database, of);
    const { rows: files, next } = await readPage(
      most,
      (rowsMax) => listFiles(database, of, { state, kind, before: after, limit: rowsMax }),
      (last) => last.sequence,
    );
    return { shopId: of, files, next };
  },
});

export const showLaneFile = defineOperation({
  name: 'lane.file',
  role: 'viewer',
  description: 'one file: its rows by stage, the calls of its windows, and the runs behind it',
  fields: { shopId, sequence: sequence('the number of the file') },
  run: async ({ app }, { shopId: of, sequence: number }) => {
    const database = await app.database();
    await findShop(database, of);
    const { producerKey, applierKey, ...file } = await readFileDetails(database, of, number);
    const windows = await listWindows(database, of, number, file.rows);
    const arePurged = file.rowsPurgedAt !== null;
    const sum = (rows: readonly number[]) => rows.reduce((total, one) => total + one, 0);
    return {
      shopId: of,
      ...file,
      stages: {
        inFile: file.rows,
        /** Rows of calls that have left, also of those that Shopify has not answered; null: its calls are not kept. */
        sent: arePurged ? null : sum(windows.map((window) => window.takenRows + window.unansweredRows)),
        applied: file.applied,
        /** What a verification since then has seen on Shopify; null: none has yet. */
        readBack: await findReadBack(database, of, number),
      },
      windows,
      madeBy: await linkOfRun(app, producerKey),
      appliedBy: await linkOfRun(app, applierKey),
    };
  },
});

export const listQuarantine = defineOperation({
  name: 'lane.quarantine',
  role: 'viewer',
  description: 'products whose last file was not applied to them, with the cause',
  fields: {
    shopId,
    code: optional(label('only those of this code', 'code')),
    limit: limit('products'),
    after: optional(label('where to go on: the last SKU of the page before', 'sku')),
  },
  run: async ({ app }, { shopId: of, code = null, limit: most, after = null }) => {
    const database = await app.database();
    await findShop(database, of);
    const { rows: products, next } = await readPage(
      most,
      (rowsMax) => listSetApart(database, of, { code, after, limit: rowsMax }),
      (last) => last.sku,
    );
    return { shopId: of, products, next };
  },
});
