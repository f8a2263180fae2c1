/**
 * Tells once that a service is lost, and once that it is back, however often it was tried meanwhile. Every use of a service
 * is a look at it, so nothing is asked beside the work.
 */
import type { Diary, Service } from '../domain/diary.ts';
import { AtpError, type ErrorCode } from '../domain/errors.ts';
import type { Database } from '../postgres/database.ts';
import type { OpenFileDrop } from '../sftp/file-drop.ts';

/** The codes that mean: nothing can be done there, whatever is asked. */
const LOST: Readonly<Record<Service, readonly ErrorCode[]>> = {
  Postgres: ['DATABASE_UNREACHABLE', 'DATABASE_TLS_FAILED', 'DATABASE_READ_ONLY', 'DATABASE_NOT_MIGRATED'],
  SFTP: ['SFTP_UNREACHABLE', 'SFTP_HOST_KEY_MISMATCH', 'SFTP_NOT_SAFE'],
  Temporal: ['TEMPORAL_UNREACHABLE'],
  Shopify: ['SHOPIFY_UNREACHABLE', 'SHOPIFY_ACCESS_DENIED'],
};

/** A use of a service that has ended; `begunAt` by `performance.now()`. */
interface Use {
  readonly service: Service;
  readonly shopId?: string;
  readonly begunAt: number;
  /** Undefined: it went well. */
  readonly error: unknown;
}

export interface ConnectionWatch {
  readonly note: (use: Use) => void;
}

/** @param onFirst told of each service that works when it is used first, which is no entry of the diary */
export function watchConnections(
  diary: Diary,
  onFirst: (service: Service, shopId: string | undefined) => void,
): ConnectionWatch {
  /** By service and shop: since when it is lost; null: it works. */
  const lostSince = new Map<string, number | null>();

  function note({ service, shopId, begunAt, error }: Use): void {
    const key = `${service} ${shopId ?? ''}`;
    const since = lostSince.get(key);
    const place = { service, ...(shopId !== undefined && { shopId }) };
    if (error === undefined) {
      if (since === undefined) onFirst(service, shopId);
      // What began before the loss proves nothing.
      if (typeof since === 'number' && begunAt < since) return;
      lostSince.set(key, null);
      if (typeof since !== 'number') return;
      const lostForSeconds = Math.round((performance.now() - since) / 1000);
      diary({ event: 'CONNECTION_BACK', ...place, lostForSeconds });
      return;
    }
    if (!(error instanceof AtpError) || !LOST[service].includes(error.code)) return;
    if (typeof since === 'number') return;
    lostSince.set(key, performance.now());
    diary({ event: 'CONNECTION_LOST', ...place, code: error.code, reason: error.message });
  }

  return { note };
}

/** The database, watched. */
export function watchDatabase(database: Database, { note }: ConnectionWatch): Database {
  const watched = async <Result>(work: () => Promise<Result>): Promise<Result> =>
    noting(work, (begunAt, error) => {
      note({ service: 'Postgres', begunAt, error });
    });
  return {
    ...database,
    query: (sql, values) => watched(() => database.query(sql, values)),
    transaction: (work, kind) => watched(() => database.transaction(work, kind)),
    session: (work, kind) => watched(() => database.session(work, kind)),
  };
}

/** The file drop, watched. */
export function watchFileDrop(fileDrop: OpenFileDrop, { note }: ConnectionWatch): OpenFileDrop {
  return (work) =>
    noting(
      () => fileDrop(work),
      (begunAt, error) => {
        note({ service: 'SFTP', begunAt, error });
      },
    );
}

async function noting<Result>(
  work: () => Promise<Result>,
  note: (begunAt: number, error: unknown) => void,
): Promise<Result> {
  const begunAt = performance.now();
  try {
    const result = await work();
    note(begunAt, undefined);
    return result;
  } catch (error) {
    note(begunAt, error);
    throw error;
  }
}
