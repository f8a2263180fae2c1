import { ERROR_CLASSES } from './error-class.ts';
import { type AtpError, ERRORS, type ErrorCode } from './errors.ts';

/** What Temporal is told of an error: the one place that maps a code to a failure. */
export interface Failure {
  /** Our code: the failure's type. */
  readonly type: ErrorCode;
  readonly message: string;
  readonly nonRetryable: boolean;
  /** When the world says how long to wait. */
  readonly nextRetryDelayMs: number | null;
  readonly details: readonly [{ readonly hint: string }];
}

/** Only what the world may mend is tried again: a wrong input or a blocked file is not. */
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
 * Why a workflow failed, in the words it gave: the failure's type is one of our codes, its message was made from
 * that code where the values were known.
 */
export class WorkflowFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions) {
    super(message, options);
    this.name = 'WorkflowFailure';
    this.code = code;
  }
}
