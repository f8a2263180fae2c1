/** Imports by number: what feeds have changed, and what a person decides about those that gates hold. */
import type { RefusedRow } from '../domain/feed.ts';
import { IMPORT_STATE_WORDS, type FeedImport } from '../domain/feed-import.ts';
import { byDefault, choice, count, invalid, optional, text, wholeNumber } from '../domain/input-fields.ts';
import {
  IMPORT_REFUSALS_LISTED_MAX,
  IMPORT_REFUSALS_NAMED,
  IMPORT_REFUSALS_SHOWN,
  IMPORTS_LISTED,
  IMPORTS_LISTED_MAX,
} from '../domain/limits.ts';
import { counted } from '../domain/words.ts';
import { decideImport, findImport, listImports as readImports } from '../postgres/feeds/feed-imports.ts';
import { rejectRest } from '../postgres/feeds/reject-rest.ts';
import { listRefusedRows } from '../postgres/feeds/refused-rows.ts';
import { summarizeRefusals } from '../postgres/feeds/refused-feeds.ts';
import { undoImport as takeBack } from '../postgres/feeds/undo-import.ts';
import { ifTemporalIsThere, type TemporalOutcome } from './best-effort-temporal.ts';
import { defineOperation, type Context } from './operation.ts';
import { readPage } from './page-of-rows.ts';

const importId = wholeNumber('the number of the import', 1, Number.MAX_SAFE_INTEGER);

export const listImports = defineOperation({
  name: 'import.list',
  role: 'viewer',
  description: 'feeds that are held, then the last ones that were imported',
  fields: {
    state: optional(choice('only those that are this', IMPORT_STATE_WORDS)),
    limit: byDefault(count('imports at most', IMPORTS_LISTED_MAX), IMPORTS_LISTED),
    after: optional(text('where to go on: `next` of the page before', 'next')),
  },
  run: async ({ app, warn }, { state, limit, after }) => {
    const last = after === undefined ? undefined : lastOf(after);
    const database = await app.database();
    const refused =
      state === undefined && last === undefined ? await summarizeRefusals(database, 'whole') : [];
    const feeds = refused.reduce((sum, ofType) => sum + ofType.feeds, 0);
    if (feeds > 0) {
      warn(
        `${counted(feeds, 'feed')} refused as a whole: nothing was imported of it. \`atp feed list\` says why.`,
      );
    }
    const { rows: imports, next } = await readPage(
      limit,
      (rowsMax) => readImports(database, { limit: rowsMax, state, after: last }),
      (end) => `${end.state === 'held' ? 'held ' : ''}${end.importId}`,
    );
    return { imports, next };
  },
});

/** The last import of a page, as its `next` names it: a decision about a held one does not move where to go on. */
function lastOf(next: string): Pick<FeedImport, 'importId' | 'state'> {
  const [, held, importId] = /^(held )?(\d{1,15})$/.exec(next) ?? [];
  if (importId === undefined) throw invalid('after must be `next` of the page before');
  return { importId: Number(importId), state: held === undefined ? 'applied' : 'held' };
}

export const showImport = defineOperation({
  name: 'import.show',
  role: 'viewer',
  description: 'why a feed is held, and what it has changed, or would change',
  fields: { importId },
  run: async ({ app }, { importId: number }): Promise<ShownImport> => {
    const database = await app.database();
    const found = await findImport(database, number);
    const page = { after: 0, limit: IMPORT_REFUSALS_NAMED };
    return { ...found, refusedRows: await listRefusedRows(database, number, page) };
  },
});

export interface ShownImport extends FeedImport {
  /** The first ones, at most IMPORT_REFUSALS_NAMED. */
  readonly refusedRows: readonly RefusedRow[];
}

export const listRefusedRowsOfImport = defineOperation({
  name: 'import.refused',
  role: 'viewer',
  description: 'rows of an import that were refused, each with its reason and as it was sent',
  fields: {
    importId,
    limit: byDefault(count('rows at most', IMPORT_REFUSALS_LISTED_MAX), IMPORT_REFUSALS_SHOWN),
    after: optional(
      wholeNumber(
        'where to go on: the number of the last row of the page before',
        1,
        Number.MAX_SAFE_INTEGER,
      ),
    ),
  },
  run: async ({ app }, { importId: number, limit, after = 0 }) => {
    const database = await app.database();
    await findImport(database, number);
    const { rows: refused, next } = await readPage(
      limit,
      (rowsMax) => listRefusedRows(database, number, { after, limit: rowsMax }),
      (last) => last.rowNumber,
    );
    return { importId: number, refused, next };
  },
});

const DECISION_FIELDS = { importId, reason: text('why') };

export const approveImport = defineOperation({
  name: 'import.approve',
  role: 'operator',
  description: 'let a held feed be applied, as it is',
  fields: DECISION_FIELDS,
  run: (context, input) => decide(context, 'approved', input),
});

export const rejectImport = defineOperation({
  name: 'import.reject',
  role: 'operator',
  description:
    'let nothing of a held feed be applied, or no more of order lines that are applied in part: it goes to error/',
  fields: DECISION_FIELDS,
  run: (context, input) => decide(context, 'rejected', input),
});

export const undoImport = defineOperation({
  name: 'import.undo',
  role: 'operator',
  description: 'take back what an import has posted, as if it had never come',
  fields: DECISION_FIELDS,
  run: async ({ app, caller }, { importId: number, reason }) =>
    takeBack(await app.database(), number, { by: caller.name, reason }),
});

export const IMPORT_OPERATIONS = [
  listImports,
  showImport,
  listRefusedRowsOfImport,
  approveImport,
  rejectImport,
  undoImport,
] as const;

export interface DecidedImport extends FeedImport {
  /** Whether a run of the import was started that does it; the next one by schedule does it otherwise. */
  readonly run: TemporalOutcome;
}

async function decide(
  { app, caller }: Context,
  state: 'approved' | 'rejected',
  { importId: number, reason }: { readonly importId: number; readonly reason: string },
): Promise<DecidedImport> {
  const database = await app.database();
  const isInPart = state === 'rejected' && (await findImport(database, number)).state === 'applying';
  const decided = isInPart
    ? await rejectRest(database, number, { by: caller.name, reason })
    : await decideImport(database, number, { state, by: caller.name, reason });
  const run = await ifTemporalIsThere(app, async (temporal) => {
    const { runJob } = await import('../temporal/run-job.ts');
    await runJob(temporal, { job: 'import' }, { wait: false });
  });
  return { ...decided, run };
}
