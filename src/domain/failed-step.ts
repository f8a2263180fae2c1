/** What becomes of a file when a step about it has failed for good, that is after the last of its tries. */
import { ERRORS, type ErrorCode } from './errors.ts';
import { isErrorCode } from './failure.ts';

/**
 * `block`: the file is blocked, with the code. `look-again`: the cause is not the file, and the next look at the lane
 * tells what is to be done. `fail`: the run fails, since no look at the lane can help.
 */
export type AfterFailedStep = 'block' | 'look-again' | 'fail';

/** Codes that say nothing about the file. Every other code blocks it, so that nothing is tried without an end. */
const NOT_OF_THE_FILE: Partial<Readonly<Record<ErrorCode, AfterFailedStep>>> = {
  LANE_TAKEN_OVER: 'look-again',
  LANE_ATTEMPT_OVERTAKEN: 'look-again',
  UPLOAD_FILE_TAKEN_BACK: 'look-again',
  LANE_PAUSED: 'look-again',
  HARD_SYNC_REQUIRED: 'look-again',
  DATABASE_UNREACHABLE: 'look-again',
  DATABASE_READ_ONLY: 'look-again',
  DATABASE_BUSY: 'look-again',
  DATABASE_EXHAUSTED: 'look-again',
  LANE_LOCKED: 'look-again',
  DATABASE_NOT_MIGRATED: 'look-again',
  SHOP_UNKNOWN: 'fail',
  UPLOAD_FILE_UNKNOWN: 'fail',
};

export function afterFailedStep(code: ErrorCode): AfterFailedStep {
  return NOT_OF_THE_FILE[code] ?? 'block';
}

/**
 * Who gets a blocked file moving again. `person`: its cause needs a decision, or somebody has taken the file out of the
 * hands of the runs. `next-run`: the cause may go away by itself, so each run tries the file again.
 *
 * @param code of upload_file.reason_code; one that this release does not know needs a person
 */
export function whoMovesOn(code: string | null): 'next-run' | 'person' {
  return isErrorCode(code) && ERRORS[code].class !== 'blocks-lane' ? 'next-run' : 'person';
}

/**
 * The service that could not be used, of codes that are over once it can be: a blocked file of these needs nothing else. The others of
 * which the next run tries the file again say something of a worker, or of the file.
 */
export const SERVICE_NOT_USABLE = {
  SHOPIFY_UNREACHABLE: 'Shopify',
  SHOPIFY_RESPONSE_UNEXPECTED: 'Shopify',
  SHOPIFY_THROTTLED: 'Shopify',
  CALL_NOT_SENT_IN_TIME: 'Shopify',
  SFTP_UNREACHABLE: 'SFTP',
} as const satisfies Partial<Readonly<Record<ErrorCode, string>>>;

/** Codes of blocked files that go on when the shop gets a credential, a domain or an API version that Shopify takes. */
export const MENDED_BY_CREDENTIAL: readonly ErrorCode[] = [
  'SHOPIFY_ACCESS_DENIED',
  'SHOPIFY_CREDENTIAL_MISSING',
];

/**
 * Whether a person mends the cause at the shop, and needs to decide nothing: two reads of Shopify show that it is mended,
 * and then the next run goes on.
 *
 * @param cause a code, or a code with its message
 */
export function isMendedAtShop(cause: string | null): boolean {
  const [code] = (cause ?? '').split(':');
  return [...MENDED_BY_CREDENTIAL, 'LOCATION_UNUSABLE'].some((known) => known === code);
}

/** Faults of the file itself, which no other file has. */
const FAULTS_OF_THE_FILE: readonly ErrorCode[] = [
  'FILE_MISSING',
  'FILE_CHECKSUM_MISMATCH',
  'FILE_NAME_TAKEN',
];

/**
 * The codes of blocked files that a Hard Sync supersedes: it has every product of them. A file that waits for a person
 * stays, unless the fault is the file's own.
 */
export const SUPERSEDED_IF_BLOCKED_BY: readonly ErrorCode[] = (Object.keys(ERRORS) as ErrorCode[]).filter(
  (code) => FAULTS_OF_THE_FILE.includes(code) || whoMovesOn(code) === 'next-run',
);
