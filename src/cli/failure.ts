import { CommanderError } from 'commander';
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
  return { code, message, hint: ERRORS[code].hint, exitCode: exitCodeOf(code) };
}

/** Codes whose input is right while the world is not: correcting the command would not help. */
const RIGHT_INPUT: readonly ErrorCode[] = [
  'SHOP_BUSY',
  'JOB_RUNNING',
  'JOB_NOT_SCHEDULED',
  'JOB_NOT_SKIPPED',
  'HARD_SYNC_REQUIRED',
  'SHOP_NOT_MAPPED',
  'UPLOAD_FILE_CALL_UNANSWERED',
  'PLAN_OUTGROWN',
  'LANE_TAKEN_OVER',
  'SFTP_HOST_KEY_MISMATCH',
  'DATABASE_NOT_MIGRATED',
  'SEARCH_ATTRIBUTES_MISSING',
  'STACK_PART_UNAVAILABLE',
  'STACK_PART_FAILED',
  'STACK_RUNNING',
  'STACK_NOT_STOPPED',
  'STACK_NOT_RUNNING',
];

function exitCodeOf(code: ErrorCode): ExitCode {
  const wrongInput = ['callers-fault', 'row'].includes(ERRORS[code].class) && !RIGHT_INPUT.includes(code);
  return wrongInput ? ExitCode.WRONG_INPUT : ExitCode.FAILED;
}
