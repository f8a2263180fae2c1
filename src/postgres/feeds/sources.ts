/** Sources of feeds, and what was said of how they write. */
import { AtpError } from '../../domain/errors.ts';
import { NO_SETTINGS, type SourceSettings } from '../../domain/feed-source.ts';
import type { ServerFault, ServerUse, SourceServer } from '../../domain/source-server.ts';
import type { Database } from '../database.ts';
import { breaksUnique } from '../sql-state.ts';

export interface FeedSource {
  /** A folder below incoming/, or `incoming` itself. */
  readonly source: string;
  readonly settings: SourceSettings;
  /** Its own SFTP server; null: that of all sources. */
  readonly server: SourceServer | null;
  /** Whether imports can use that server; null: it has none of its own. */
  readonly serverUse: ServerUse | null;
}

/** What is undefined stays as it is; null: it is recognised again, or has its default. */
export type SettingsChange = {
  readonly [Name in keyof SourceSettings]?: SourceSettings[Name] | null | undefined;
};

const SELECT_SOURCE = `SELECT source, settings, server, server_fault AS fault, server_lost_since AS "notUsedSince"
  FROM feed_source`;

interface SourceRow {
  readonly source: string;
  readonly settings: Partial<SourceSettings>;
  readonly server: SourceServer | null;
  readonly fault: Omit<ServerFault, 'source'> | null;
  readonly notUsedSince: Date | null;
}

function toSource({ source, settings, server, fault, notUsedSince }: SourceRow): FeedSource {
  const state = fault !== null ? 'LOST' : notUsedSince !== null ? 'NOT_TRIED' : 'USABLE';
  const serverUse = server === null ? null : ({ state, notUsedSince, fault } as const);
  return { source, settings: { ...NO_SETTINGS, ...settings }, server, serverUse };
}

export async function listSources(database: Database): Promise<readonly FeedSource[]> {
  return (await database.query<SourceRow>(`${SELECT_SOURCE} ORDER BY source`)).map(toSource);
}

/** @throws AtpError SOURCE_UNKNOWN */
export async function findSource(database: Database, source: string): Promise<FeedSource> {
  const [found] = await database.query<SourceRow>(`${SELECT_SOURCE} WHERE source = $1`, [source]);
  if (!found) throw new AtpError('SOURCE_UNKNOWN', { source });
  return toSource(found);
}

/** The settings of the folder; where nothing was said, NO_SETTINGS. */
export async function readSettings(database: Database, source: string): Promise<SourceSettings> {
  const [found] = await database.query<SourceRow>(`${SELECT_SOURCE} WHERE source = $1`, [source]);
  return found ? toSource(found).settings : NO_SETTINGS;
}

/** @throws AtpError SOURCE_EXISTS */
export async function addSource(
  database: Database,
  source: string,
  settings: SettingsChange,
): Promise<FeedSource> {
  try {
    await database.query(
      `INSERT INTO feed_source (source, settings, expected_since)
       VALUES ($1, jsonb_strip_nulls($2), CASE WHEN $2::jsonb ->> 'expectedEveryMs' IS NOT NULL THEN clock_timestamp() END)`,
      [source, JSON.stringify(settings)],
    );
  } catch (error) {
    if (breaksUnique(error)) throw new AtpError('SOURCE_EXISTS', { source }, { cause: error });
    throw error;
  }
  return findSource(database, source);
}

/** Changes what is given, leaves the rest. What is expected anew was not missing before. @throws AtpError SOURCE_UNKNOWN */
export async function setSource(
  database: Database,
  source: string,
  change: SettingsChange,
): Promise<FeedSource> {
  await database.query(
    `UPDATE feed_source SET settings = jsonb_strip_nulls(settings || $2), expected_since = CASE
       WHEN $2::jsonb ? 'expectedEveryMs' AND settings -> 'expectedEveryMs' IS DISTINCT FROM $2::jsonb -> 'expectedEveryMs'
       THEN clock_timestamp() ELSE expected_since END
     WHERE source = $1`,
    [source, JSON.stringify(change)],
  );
  return findSource(database, source);
}

/** @throws AtpError SOURCE_UNKNOWN */
export async function removeSource(database: Database, source: string): Promise<void> {
  const removed = await database.query('DELETE FROM feed_source WHERE source = $1 RETURNING source', [
    source,
  ]);
  if (removed.length === 0) throw new AtpError('SOURCE_UNKNOWN', { source });
}
