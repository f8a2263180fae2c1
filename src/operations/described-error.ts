import { ERROR_CLASSES } from '../domain/error-class.ts';
import { AtpError, ERRORS, hintOf, type ErrorCode } from '../domain/errors.ts';
import { isErrorCode, WorkflowFailure } from '../domain/failure.ts';
import { SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';

/** An error as every door shows it. */
export interface DescribedError {
  /** A code of ours, or the one that a workflow failed with. `UNEXPECTED`: a fault of atp-sync itself. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: 1 | 2;
  readonly httpStatus: number;
}

export function describeError(error: unknown): DescribedError {
  if (error instanceof AtpError) return describeCode(error.code, error.message, error.hint);
  if (error instanceof WorkflowFailure) {
    const { code, message, hint } = error;
    if (isErrorCode(code)) return describeCode(code, message, hint ?? hintOf(code));
    return { ...describeCode('JOB_FAILED', message, hintOf('JOB_FAILED')), code };
  }
  return {
    code: 'UNEXPECTED',
    message: showText(
      withoutSecrets(error instanceof Error ? error.message : String(error)),
      SHOWN_TEXT_LENGTH_MAX,
    ),
    hint: hintOf('UNEXPECTED'),
    exitCode: 1,
    httpStatus: 500,
  };
}

function describeCode(code: ErrorCode, message: string, hint: string): DescribedError {
  const { exitCode, httpStatus } = ERROR_CLASSES[ERRORS[code].class];
  return { code, message, hint, exitCode, httpStatus };
}
