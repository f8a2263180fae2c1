import { CommanderError } from 'commander';
import { ERROR_CLASSES } from '../domain/error-class.ts';
import { AtpError, ERRORS, type ErrorCode } from '../domain/errors.ts';
import { isErrorCode } from '../domain/failure.ts';
import { WorkflowFailure } from '../temporal/jobs.ts';
import { ExitCode } from './report.ts';

/** An error as every command shows it. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
}

/** SQLSTATEs of a table, a column or a function that is not there. */
const SCHEMA_STATES = ['42P01', '42703', '42883'];

export function shownError(error: unknown): ShownError {
  if (error instanceof AtpError) return shownCode(error.code, error.message);
  if (error instanceof WorkflowFailure) {
    if (isErrorCode(error.code)) return shownCode(error.code, error.message);
    const { hint } = ERRORS.JOB_FAILED;
    return { code: error.code, message: error.message, hint, exitCode: ExitCode.FAILED };
  }
  if (error instanceof CommanderError) {
    return {
      code: 'INPUT_INVALID',
      message: error.message.replace(/^error: /, ''),
      hint: '`atp --help` lists the commands, `atp <command> --help` what one takes.',
      exitCode: ExitCode.WRONG_INPUT,
    };
  }
  if (SCHEMA_STATES.includes((error as { code?: string } | null)?.code ?? '')) {
    return shownError(new AtpError('DATABASE_NOT_MIGRATED', {}, { cause: error }));
  }
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is a fault of atp-sync itself. Please report it with what you did.',
    exitCode: ExitCode.FAILED,
  };
}

function shownCode(code: ErrorCode, message: string): ShownError {
  const { hint, class: errorClass } = ERRORS[code];
  return { code, message, hint, exitCode: ERROR_CLASSES[errorClass].exitCode };
}
