/** The columns of a file whose header need not be one of ours, with their first values. */
import { z } from 'zod';
import { AtpError } from '../domain/errors.ts';
import { NO_SETTINGS, SEPARATOR_NAMES, type Encoding, type Separator } from '../domain/feed-source.ts';
import type { FeedType } from '../domain/feed-type.ts';
import { TESTED_ROWS_SHOWN } from '../domain/limits.ts';
import type { FileColumn } from '../domain/recognition/proposed-columns.ts';
import { FEED_SCHEMAS } from './feed-schemas.ts';
import { withTable, type FeedFile } from './feed-csv.ts';

export interface FileColumns {
  readonly encoding: Encoding;
  readonly separator: Separator;
  readonly columns: readonly FileColumn[];
  /** Columns that this type of feed has, and groups of which one must be there. */
  readonly ours: readonly string[];
  readonly required: readonly (readonly string[])[];
}

/**
 * Reads it by the separator that its source names, else by the one with which the header falls into most columns.
 *
 * @throws AtpError FEED_UNREADABLE
 */
export async function readColumns({ type, ...file }: FeedFile<FeedType>): Promise<FileColumns> {
  const { columns: ours, required } = FEED_SCHEMAS[type];
  const settings = file.settings ?? NO_SETTINGS;
  const separators = settings.separator === null ? SEPARATOR_NAMES : [settings.separator];
  const readings: (FileColumns | AtpError)[] = [];
  for (const separator of separators) {
    readings.push(
      await withTable(
        { ...file, settings: { ...settings, separator } },
        { required: [], columns: ours, row: () => z.unknown() },
        async ({ header, columns, encoding, rows }) => {
          const first: (readonly string[])[] = [];
          for await (const { values } of rows) {
            first.push(values);
            if (first.length >= TESTED_ROWS_SHOWN) break;
          }
          const known = header.map((theirs, at) => ({
            ...{ theirs, ours: columns[at] ?? null },
            examples: first.map((values) => values[at] ?? ''),
          }));
          return { encoding, separator, columns: known, ours, required };
        },
      ).catch((error: unknown) => {
        if (error instanceof AtpError) return error;
        throw error;
      }),
    );
  }
  const read = readings.filter((reading): reading is FileColumns => !(reading instanceof AtpError));
  const [best] = read.toSorted((one, other) => other.columns.length - one.columns.length);
  if (best) return best;
  throw readings.find((reading) => reading instanceof AtpError) ?? new Error('No separator was tried.');
}
