import type { JobName } from '../temporal/jobs.ts';
import { planWaysOut } from './lane-text.ts';
import { counted, ExitCode, table } from './report.ts';

/** The results of the workflows, as far as a person is told of them (docs/reference/cli.md). */
interface SyncResult {
  readonly shopId: string;
  readonly fileSequence: number | null;
  readonly fileName: string | null;
  readonly rows: number;
  readonly toZero: number;
  /** The plan that waits for a person; a delta may have published a part beside it. */
  readonly plan: number | null;
  readonly heldForApproval: boolean;
}

interface ProcessResult {
  readonly shopId: string;
  readonly files: readonly {
    readonly sequence: number;
    readonly status: string;
    readonly rows: number;
    readonly applied: number;
    readonly unchanged: number;
    readonly quarantined: number;
  }[];
  readonly laneState: string;
}

interface ImportResult {
  readonly files: readonly {
    readonly fileName: string;
    readonly rows: number;
    readonly applied: number;
    readonly failed: number;
    /** Why nothing of the file was applied. */
    readonly error?: { readonly code: string; readonly message: string };
  }[];
}

export interface VerifyResult {
  readonly checked: number;
  readonly equal: number;
  readonly different: readonly {
    readonly sku: string;
    readonly onlineAtp: number;
    readonly shopify: number | null;
    readonly cause: string;
  }[];
}

export interface Outcome {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** What a job's result means to whoever started it. */
export function outcomeOf(job: JobName, result: unknown): Outcome {
  switch (job) {
    case 'hard-sync':
    case 'recent-changes':
      return syncOutcome(result as SyncResult);
    case 'process-uploads':
      return processOutcome(result as ProcessResult);
    case 'import':
      return importOutcome(result as ImportResult);
    case 'verify':
      return verifyOutcome(result as VerifyResult);
  }
}

/** The same in one line, for a list of runs. */
export function resultInWords(job: JobName, result: unknown): string {
  switch (job) {
    case 'hard-sync':
    case 'recent-changes':
      return syncInWords(result as SyncResult);
    case 'process-uploads': {
      const { files, laneState } = result as ProcessResult;
      const held = laneState === 'blocked' ? '; the lane is blocked' : '';
      const applied = files.reduce((sum, file) => sum + file.applied, 0);
      const applying = laneState === 'busy' ? 'another run applies the files' : 'no file was waiting';
      return files.length === 0
        ? `${applying}${held}`
        : `${counted(files.length, 'file')}, ${counted(applied, 'row')} applied${held}`;
    }
    case 'import': {
      const { files } = result as ImportResult;
      const failed = files.reduce((sum, file) => sum + file.failed, 0);
      const applied = files.reduce((sum, file) => sum + file.applied, 0);
      if (files.length === 0) return 'no feed was waiting';
      return `${counted(files.length, 'feed')}, ${counted(applied, 'row')} applied, ${failed} refused`;
    }
    case 'verify': {
      const { checked, equal } = result as VerifyResult;
      return `${equal} of ${counted(checked, 'product')} equal on Shopify`;
    }
  }
}

function syncOutcome(result: SyncResult): Outcome {
  const { shopId, plan, heldForApproval } = result;
  if (!heldForApproval || plan === null) return { text: syncInWords(result), exitCode: ExitCode.OK };
  const text = [syncInWords(result), `  \`atp lane ${shopId}\` shows why`, ...planWaysOut(shopId, plan)].join(
    '\n',
  );
  return { text, exitCode: ExitCode.NEEDS_A_PERSON };
}

function syncInWords({ fileSequence, fileName, rows, toZero, plan, heldForApproval }: SyncResult): string {
  const file = `File ${fileSequence} (${fileName}): ${counted(rows, 'row')}, ${toZero} of them to zero.`;
  if (!heldForApproval) {
    return fileSequence === null ? 'Nothing differs from what was published: no file.' : file;
  }
  return fileSequence === null
    ? `Held as plan ${plan}: a person must approve it first, and nothing was sent.`
    : `${file} The rest is held as plan ${plan}: a person must approve it first.`;
}

function processOutcome({ shopId, files, laneState }: ProcessResult): Outcome {
  const text = table(
    ['File', 'Status', 'Rows', 'Applied', 'Unchanged', 'Quarantined'],
    files.map((file) => [
      file.sequence,
      file.status,
      file.rows,
      file.applied,
      file.unchanged,
      file.quarantined,
    ]),
    'No file was waiting.',
  );
  if (laneState === 'blocked') {
    return {
      text: `${text}\nThe lane is blocked: \`atp lane ${shopId}\` says why.`,
      exitCode: ExitCode.NEEDS_A_PERSON,
    };
  }
  const busy = laneState === 'busy' ? '\nAnother run applies the shop’s files right now.' : '';
  return { text: text + busy, exitCode: ExitCode.OK };
}

function importOutcome({ files }: ImportResult): Outcome {
  const text = table(
    ['Feed', 'Rows', 'Applied', 'Refused'],
    files.map(({ fileName, rows, applied, failed }) => [fileName, rows, applied, failed]),
    'No feed was waiting.',
  );
  const faults = files.flatMap(({ error }) => (error ? [`${error.code}: ${error.message}`] : []));
  const exitCode = faults.length > 0 ? ExitCode.FAILED : ExitCode.OK;
  return { text: [text, ...faults].join('\n'), exitCode };
}

export function verifyOutcome({ checked, equal, different }: VerifyResult): Outcome {
  if (equal === checked) {
    return { text: `All ${counted(checked, 'product')} are equal on Shopify.`, exitCode: ExitCode.OK };
  }
  const rows = different.map(({ sku, onlineAtp, shopify, cause }) => [
    sku,
    onlineAtp,
    shopify ?? 'unknown',
    cause,
  ]);
  const more = checked - equal - different.length;
  const text = [
    `${checked - equal} of ${counted(checked, 'product')} differ.`,
    table(['SKU', 'Online ATP', 'On Shopify', 'Cause'], rows, ''),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
  return { text, exitCode: ExitCode.DIFFERENCES };
}
