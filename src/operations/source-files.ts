/** What is recognised of a file, before anything is imported or said of its sender. */
import { basename } from 'node:path';
import { AtpError } from '../domain/errors.ts';
import { NO_SETTINGS, type SourceSettings } from '../domain/feed-source.ts';
import type { FeedType, ProductReference } from '../domain/feed-type.ts';
import { optional, ownFile } from '../domain/input-fields.ts';
import { TESTED_PRODUCTS_MAX, TESTED_ROWS_SHOWN } from '../domain/limits.ts';
import { proposeColumns } from '../domain/recognition/proposed-columns.ts';
import { findSource } from '../postgres/feeds/sources.ts';
import { testProducts } from '../postgres/feeds/tested-products.ts';
import { defineOperation, type Context } from './operation.ts';
import { feedType, pairsToTry, source, toRecord } from './source-fields.ts';

/** What may be tried on a file before it is said of a source: in place of what was said. */
const TRIED = {
  columns: pairsToTry('its names of columns, and ours, in place of what was said of the source', 'column'),
  fixed: pairsToTry('columns that it does not have, and their value, in place of what was said', 'value'),
};

async function settingsToTry(
  app: Context['app'],
  name: string | undefined,
  {
    columns,
    fixed,
  }: { readonly columns?: readonly string[] | undefined; readonly fixed?: readonly string[] | undefined },
): Promise<SourceSettings> {
  const said = name === undefined ? NO_SETTINGS : (await findSource(await app.database(), name)).settings;
  return {
    ...said,
    ...(columns && { columns: toRecord(columns) ?? {} }),
    ...(fixed && { fixed: toRecord(fixed) ?? {} }),
  };
}

export const proposeFeedColumns = defineOperation({
  name: 'source.columns',
  role: 'viewer',
  description:
    'propose which columns of a file are which of ours; nothing is imported, and nothing is said of a source',
  fields: {
    file: ownFile('a feed'),
    type: optional(feedType('its feed type (default: that of its name or its source)')),
    source: optional(source),
    columns: optional(TRIED.columns),
    fixed: optional(TRIED.fixed),
  },
  run: async ({ app, pathOf }, { file, type: named, source: name, ...tried }) => {
    const settings = await settingsToTry(app, name, tried);
    const fileName = basename(file);
    const { requireFile } = await import('./import-feed-file.ts');
    const localPath = pathOf(file);
    await requireFile(localPath);
    const { typeOfFeed } = await import('../csv/recognise-type.ts');
    const type: FeedType = named ?? (await typeOfFeed(fileName, { localPath, fileName, settings }));
    const { readColumns } = await import('../csv/feed-columns.ts');
    const found = await readColumns({ localPath, fileName, type, settings });
    const { encoding, separator, ours, required } = found;
    const columns = proposeColumns(found.columns, found);
    const has = [...columns.map((column) => column.ours), ...Object.keys(settings.fixed)];
    return {
      ...{ fileName, type, encoding, separator, columns, ours },
      /** Groups of which one column must be there, and none is: say which one it is, or give it a fixed value. */
      missing: required.filter((group) => !group.some((column) => has.includes(column))),
      /** As `source set --column` takes it, with what was said before. */
      settings: [
        ...Object.entries(settings.columns).map(([theirs, column]) => `${theirs}=${column}`),
        ...columns.flatMap(({ theirs, ours: column, isProposed }) =>
          isProposed ? [`${theirs}=${column}`] : [],
        ),
      ],
    };
  },
});

function productOf(content: object): ProductReference | null {
  return 'idType' in content && 'idValue' in content ? (content as ProductReference) : null;
}

export const testFeedSource = defineOperation({
  name: 'source.test',
  role: 'viewer',
  description:
    'say what is recognised of a file, how its first rows are understood, and which of their products are known; nothing is imported',
  fields: {
    file: ownFile('a feed'),
    type: optional(
      feedType('its feed type (default: that of its name or its source, or told by its header)'),
    ),
    source: optional(source),
    columns: optional(TRIED.columns),
    fixed: optional(TRIED.fixed),
  },
  run: async ({ app, pathOf }, { file, type: named, source: name, ...tried }) => {
    const settings = await settingsToTry(app, name, tried);
    const fileName = basename(file);
    const { withFeed } = await import('../csv/feed-csv.ts');
    const { requireFile } = await import('./import-feed-file.ts');
    const localPath = pathOf(file);
    await requireFile(localPath);
    const { typeOfFeed } = await import('../csv/recognise-type.ts');
    const type: FeedType = named ?? (await typeOfFeed(fileName, { localPath, fileName, settings }));
    return withFeed({ localPath, fileName, type, settings }, async (feed) => {
      const shown = [];
      const named = new Map<string, ProductReference>();
      let [rows, refused] = [0, 0];
      for await (const { rowNumber, content, refusal } of feed.rows) {
        rows += 1;
        if (refusal) refused += 1;
        const product = content && named.size < TESTED_PRODUCTS_MAX ? productOf(content) : null;
        if (product) named.set(`${product.idType} ${product.idValue}`, product);
        if (shown.length >= TESTED_ROWS_SHOWN) continue;
        const refusedFor = refusal && new AtpError(refusal.code, refusal.detail).message;
        shown.push({ rowNumber, content, refusedFor });
      }
      const { encoding, separator, header, columns } = feed;
      const ours = header.map((theirs, index) => ({ theirs, ours: columns[index] ?? null }));
      // Null: its rows name none.
      const products =
        named.size === 0 ? null : await testProducts(await app.database(), [...named.values()]);
      return { fileName, type, encoding, separator, columns: ours, rows, refused, shown, products };
    });
  },
});
