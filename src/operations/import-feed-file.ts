import type { Stats } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeErrorFile } from '../csv/error-file-csv.ts';
import { withFeed } from '../csv/feed-csv.ts';
import { AtpError } from '../domain/errors.ts';
import type { ImportCounts, RefusedRow } from '../domain/feed.ts';
import type { FeedEffect, HoldReason } from '../domain/feed-gates.ts';
import { NO_SETTINGS, type SourceSettings } from '../domain/feed-source.ts';
import { parseFeedType } from '../domain/feed-type.ts';
import { errorFileName } from '../domain/filed-name.ts';
import { IMPORT_REFUSALS_SHOWN } from '../domain/limits.ts';
import type { Database } from '../postgres/database.ts';
import { importFeed, type ImportOptions, type JudgedImport } from '../postgres/feeds/imports.ts';
import { sha256OfFile } from '../sftp/file-hash.ts';

export interface LocalFeed {
  readonly localPath: string;
  /** The name that the ledger and the list of imports show. */
  readonly fileName: string;
  readonly type: string;
  /** The source that its sender is; absent: none. */
  readonly sender?: string;
  /** How its sender writes; absent: nothing was said. */
  readonly settings?: SourceSettings;
  /** Reports what an import would do, and undoes it. */
  readonly dryRun: boolean;
  /** Applies it whatever gates say. */
  readonly passesGates?: boolean;
  /** How far a large feed is posted. */
  readonly onChunk?: ImportOptions['onChunk'];
  /** Rows of the file that have been read, and refused ones that have been written down: after each of them. */
  readonly onRow?: (rows: RowsSeen) => void;
}

export interface RowsSeen {
  readonly read: number;
  readonly refused: number;
}

export interface LocalImport extends ImportCounts {
  readonly fileName: string;
  readonly sha256: string;
  /** The file of the refused rows with their reasons; null when no row was refused. */
  readonly errorFile: string | null;
  /** The first of them, at most IMPORT_REFUSALS_SHOWN. */
  readonly refused: readonly RefusedRow[];
  /** By which it can be shown and undone; null: nothing was imported, or it was before. */
  readonly importId: number | null;
  /** What it has changed, or would change; null: it was imported before. */
  readonly effect: FeedEffect | null;
  /** Why gates would hold it, had it come by SFTP. */
  readonly reasons: readonly HoldReason[];
}

/**
 * The same import for a person with a file on this machine. The error file is written beside it, by a dry run, too; that
 * of an earlier import is removed first, so that nobody takes it for the new one.
 *
 * The function throws AtpError INPUT_INVALID (no such file), FEED_TYPE_UNKNOWN, FEED_UNREADABLE, FEED_HEADER_INVALID,
 * FEED_ALREADY_IMPORTED, FEED_IMPLAUSIBLE, IMPORT_BUSY.
 */
export function createImportLocalFile({ database }: { readonly database: Database }) {
  return async function importLocalFile({
    localPath,
    fileName,
    type,
    sender,
    settings = NO_SETTINGS,
    dryRun,
    passesGates = false,
    onChunk,
    onRow = () => undefined,
  }: LocalFeed): Promise<LocalImport> {
    const feedType = parseFeedType(type);
    if (feedType === null) throw new AtpError('FEED_TYPE_UNKNOWN', { fileName, type });
    const writtenAt = (await requireFile(localPath)).mtime;
    const sha256 = await sha256OfFile(localPath);
    const errorFile = join(dirname(localPath), errorFileName(basename(localPath)));
    await rm(errorFile, { force: true });
    let judged: JudgedImport | null = null as JudgedImport | null;
    const refused: RefusedRow[] = [];
    const seen = { read: 0, refused: 0 };
    const counts = await withFeed(
      { localPath, fileName, type: feedType, settings },
      ({ header, columns, rows }) =>
        importFeed(
          database,
          {
            ...{ sha256, fileName, type: feedType, writtenAt, claimed: null, settings, columns },
            rows: countRows(rows, () => onRow({ ...seen, read: (seen.read += 1) })),
            ...(sender !== undefined && { sender }),
          },
          {
            ...{ dryRun, passesGates, onChunk },
            onRefused: (rows) => {
              const counted = countRows(rows, () => onRow({ ...seen, refused: (seen.refused += 1) }));
              return writeErrorFile(
                errorFile,
                { header, separator: settings.separator },
                keepFirst(counted, refused),
              );
            },
            onJudged: (found) => (judged = found),
          },
        ),
    );
    const { effect = null, reasons = [] } = judged ?? {};
    const importId = dryRun ? null : (judged?.importId ?? null);
    const withErrors = { errorFile: counts.failed > 0 ? errorFile : null, refused };
    return { fileName, sha256, importId, ...counts, ...withErrors, effect, reasons };
  };
}

/** The same rows; each is told of. */
async function* countRows<Row>(rows: AsyncIterable<Row>, onRow: () => void): AsyncGenerator<Row> {
  for await (const row of rows) {
    onRow();
    yield row;
  }
}

/** The same rows; the first IMPORT_REFUSALS_SHOWN of them are kept in `kept`, too. */
async function* keepFirst(rows: AsyncIterable<RefusedRow>, kept: RefusedRow[]): AsyncGenerator<RefusedRow> {
  // A transaction that begins anew brings them again.
  kept.length = 0;
  for await (const row of rows) {
    if (kept.length < IMPORT_REFUSALS_SHOWN) kept.push(row);
    yield row;
  }
}

/** @throws AtpError INPUT_INVALID */
export async function requireFile(localPath: string): Promise<Stats> {
  const found = await stat(localPath).catch(() => null);
  if (found?.isFile()) return found;
  throw new AtpError('INPUT_INVALID', { reason: `${localPath} is not a file that can be read` });
}
