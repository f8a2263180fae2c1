import { ERROR_CLASSES } from './error-class.ts';
import { type AtpError, ERRORS, type ErrorCode } from './errors.ts';

/** A coded error as Temporal shows it: the only place where a code becomes a failure. */
export interface Failure {
  /** Our code: the failure's type. */
  readonly type: ErrorCode;
  readonly message: string;
  readonly nonRetryable: boolean;
  /** Set when the service has said how long to wait. */
  readonly nextRetryDelayMs: number | null;
  readonly details: readonly [{ readonly hint: string }];
}

/** Temporal tries again only what may work by itself later: not a wrong input, not a blocked file. */
export function failureOf(error: AtpError): Failure {
  const { waitMs } = error.detail;
  return {
    type: error.code,
    message: error.message,
    nonRetryable: !ERROR_CLASSES[error.class].isRetried,
    nextRetryDelayMs: typeof waitMs === 'number' ? waitMs : null,
    details: [{ hint: error.hint }],
  };
}

/** Whether a failure's type is one of our codes. */
export function isErrorCode(type: string | null | undefined): type is ErrorCode {
  return typeof type === 'string' && Object.hasOwn(ERRORS, type);
}

/**
 * Why a workflow failed, in the words it gave: the failure's type is one of our codes, its message and hint were made
 * from that code where the values were known.
 */
export class WorkflowFailure extends Error {
  readonly code: string;
  /** Null when the failure has none. */
  readonly hint: string | null;

  constructor(
    failure: { readonly code: string; readonly message: string; readonly hint: string | null },
    options: ErrorOptions,
  ) {
    super(failure.message, options);
    this.name = 'WorkflowFailure';
    this.code = failure.code;
    this.hint = failure.hint;
  }
}

/** The hint in the details of a failure that `failureOf` made; null in those of any other failure. */
export function hintIn(details: readonly unknown[] | null | undefined): string | null {
  const first = details?.[0];
  const hint = typeof first === 'object' && first !== null && 'hint' in first ? first.hint : null;
  return typeof hint === 'string' ? hint : null;
}
