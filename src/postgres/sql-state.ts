/** What an error of Postgres or of its driver means, by its SQLSTATE (PostgreSQL documentation, "Error Codes"). */
import { AtpError } from '../domain/errors.ts';

/**
 * A second row with the same key. Of two writers at once the constraint decides, not a look beforehand: these functions
 * tell which constraint it was, so that it becomes a coded error.
 */
export function breaksUnique(error: unknown): boolean {
  return readState(error) === '23505';
}

/** The foreign key of this column, by Postgres's own naming `<table>_<column>_fkey`. */
export function breaksForeignKey(error: unknown, column: string): boolean {
  return readState(error) === '23503' && original(error).constraint?.endsWith(`_${column}_fkey`) === true;
}

/** A lock that another transaction or session holds was not given up within lock_timeout. */
export function isLockTimeout(error: unknown): boolean {
  return readState(error) === '55P03';
}

/** Two transactions waited for each other; Postgres has ended this one. */
export function isDeadlock(error: unknown): boolean {
  return readState(error) === '40P01';
}

/** A number that its column cannot hold. */
export function isOutOfRange(error: unknown): boolean {
  return readState(error) === '22003';
}

/** A value that a setting does not take on this server. */
export function isUnknownSetting(error: unknown): boolean {
  return readState(error) === '22023';
}

/** The SQLSTATE, or the driver's code such as ECONNREFUSED; also of a coded error that was made from it. */
export function readState(error: unknown): string | undefined {
  return original(error).code;
}

interface DriverError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message?: string;
}

function original(error: unknown): DriverError {
  const first = error instanceof AtpError ? error.cause : error;
  return first ?? {};
}

/** Runs `work`; what Postgres or its driver says becomes a coded error, with the original as its cause. */
export async function withCodedErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toCodedError(error);
  }
}

/** Of a system call. */
const SOCKET_CODE = /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/;
/** The driver has no code for these. */
const DRIVER_LOST =
  /Connection terminated|timeout expired|not queryable|SSL connection|Client was closed|stream was destroyed/;
const POOL_IS_FULL = /timeout exceeded when trying to connect/;

/** The first that fits counts. A class of SQLSTATEs is its first two characters. */
const CODE_OF_STATE: readonly (readonly [RegExp, AtpError['code']])[] = [
  [/^25006$/, 'DATABASE_READ_ONLY'],
  // A deadlock, a failed serialization, a lock that was not given up.
  [/^(40|55P03|55006)/, 'DATABASE_BUSY'],
  // A statement, a transaction or a session that took too long.
  [/^(57014|25P03|25P04|57P05)$/, 'DATABASE_TIMEOUT'],
  // Disk, memory, and what else a server runs out of; but no connection left is a database that is away.
  [/^(53(?!300)|54|58030)/, 'DATABASE_EXHAUSTED'],
  // A table, a column or a function that is not there: the database is one of another release.
  [/^(42P01|42703|42883)$/, 'DATABASE_NOT_MIGRATED'],
  // No connection, a shutdown, a refused login, a database that is not there.
  [/^(08|57P|53300|28|3D000)/, 'DATABASE_UNREACHABLE'],
];

function toCodedError(error: unknown): unknown {
  if (error instanceof AtpError || !(error instanceof Error)) return error;
  const { code = '', message } = error as Error & DriverError;
  const coded = (to: AtpError['code'], reason: string) => new AtpError(to, { reason }, { cause: error });
  if (SOCKET_CODE.test(code) || DRIVER_LOST.test(message)) {
    return coded('DATABASE_UNREACHABLE', message || code);
  }
  if (POOL_IS_FULL.test(message)) return coded('DATABASE_BUSY', 'all connections of this process are in use');
  if (!isOfPostgres(error)) return error;
  const known = CODE_OF_STATE.find(([states]) => states.test(code));
  return known ? coded(known[1], message) : coded('DATABASE_ERROR', `${message} (SQLSTATE ${code})`);
}

/** Whether the server itself has said it. */
function isOfPostgres(error: Error): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  return severity !== undefined && /^[0-9A-Z]{5}$/.test(code ?? '');
}
