/** What an error of Postgres or of its driver means, by its SQLSTATE (PostgreSQL documentation, "Error Codes"). */
import type { TlsFault } from '../domain/error-codes/services.ts';
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

/** A row that another one names is not there. */
export function namesUnknown(error: unknown): boolean {
  return readState(error) === '23503';
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
const DRIVER_LOST = /Connection terminated|not queryable|Client was closed|stream was destroyed/;
/** The driver and Knex have words of their own for a login that is not answered. */
const LOGIN_NOT_ANSWERED = /timeout expired|due to connection timeout|Knex: Timeout acquiring/;
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
  [/^42501$/, 'DATABASE_RIGHTS_MISSING'],
  // No connection, a shutdown, a refused login, a database that is not there.
  [/^(08|57P|53300|28|3D000)/, 'DATABASE_UNREACHABLE'],
];

/** The coded error for what Postgres or its driver says; anything else stays what it is. */
export function toCodedError(error: unknown): unknown {
  if (error instanceof AtpError || !(error instanceof Error)) return error;
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  const coded = (to: AtpError['code'], reason: string) => new AtpError(to, { reason }, { cause: error });
  const tlsFault = readTlsFault(error);
  if (tlsFault) return new AtpError('DATABASE_TLS_FAILED', { ...tlsFault }, { cause: error });
  if (LOGIN_NOT_ANSWERED.test(message)) {
    return coded('DATABASE_UNREACHABLE', 'it does not answer a new connection');
  }
  // The Unix socket of a server that does not run.
  if (code === 'ENOENT' && syscall === 'connect') return coded('DATABASE_UNREACHABLE', message);
  if (SOCKET_CODE.test(code) || DRIVER_LOST.test(message)) {
    return coded('DATABASE_UNREACHABLE', message || code);
  }
  if (POOL_IS_FULL.test(message)) return coded('DATABASE_BUSY', 'all connections of this process are in use');
  if (!isOfPostgres(error)) return error;
  const known = CODE_OF_STATE.find(([states]) => states.test(code));
  return known ? coded(known[1], message) : coded('DATABASE_ERROR', `${message} (SQLSTATE ${code})`);
}

/** Why a connection could not be secured; null: that is not what has failed. */
function readTlsFault(error: Error): { readonly reason: string; readonly fault: TlsFault } | null {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const known = TLS_FAULTS.find(([pattern]) => pattern.test(code === '' ? message : code));
  return known ? { reason: message, fault: known[1] } : null;
}

/** What Node says (its documentation, "X509 certificate error codes"), and the driver. */
const TLS_FAULTS: readonly (readonly [RegExp, TlsFault])[] = [
  [/does not support SSL/, 'no-tls'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'other-name'],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED)/, 'unknown-authority'],
  [/^(CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$)|establishing an SSL/, 'other'],
];

/** Whether the server itself has said it. */
function isOfPostgres(error: Error): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  return severity !== undefined && /^[0-9A-Z]{5}$/.test(code ?? '');
}
