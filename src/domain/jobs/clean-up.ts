import { counted } from '../words.ts';
import { defineJob } from './job.ts';

/** What was removed; a count is 0 where nothing was old enough. */
export interface CleanUpResult {
  /** Null: producers were at work all the time, so nothing was removed from the database. */
  readonly purged: {
    readonly logRows: number;
    readonly files: number;
    readonly refusedRows: number;
    /** Records of imports; absent in results of earlier releases. */
    readonly imports?: number;
    readonly orderLines: number;
    /** Absent in results of earlier releases. */
    readonly transferLines?: number;
  } | null;
  /** Files of `archive/` and `error/` on SFTP. */
  readonly filesOnSftp: number;
  /** Files and folders that the server did not let us remove or list; absent in results of earlier releases. */
  readonly refusedOnSftp?: number;
  /** Old files are left for the next run. */
  readonly isMoreOnSftp: boolean;
}

export const CLEAN_UP = defineJob({
  name: 'clean-up',
  title: 'Clean up',
  description: 'Removes what was kept long enough, from the database and from archive/ and error/ on SFTP.',
  workflowType: 'cleanUp',
  fields: {},
  schedule: {
    recommended: '1d',
    usualTime: { hour: 4, minute: 30 },
    notFasterThan: { every: '1h', why: 'what it removes is weeks old' },
    overlap: 'SKIP',
    catchupWindow: '12 hours',
    why: 'A dropped run leaves more to the next one, and nobody waits for it.',
  },
  inWords: ({ purged, filesOnSftp, isMoreOnSftp, refusedOnSftp = 0 }: CleanUpResult) => {
    const refused =
      refusedOnSftp > 0
        ? `; SFTP refuses ${counted(refusedOnSftp, 'file or folder', 'files or folders')}`
        : '';
    const onSftp = `${counted(filesOnSftp, 'file')} on SFTP${isMoreOnSftp ? ', where more are left' : ''}${refused}`;
    if (purged === null) return `removed ${onSftp}; the database was busy with producers`;
    const { logRows, files, refusedRows, imports = 0, orderLines, transferLines = 0 } = purged;
    return `removed ${counted(logRows, 'row')} of the change log, the rows of ${counted(files, 'file')}, ${counted(refusedRows, 'refused row')}, ${counted(imports, 'record')} of imports, ${counted(orderLines, 'order line')}, ${counted(transferLines, 'line')} of transfers, ${onSftp}`;
  },
  outcomeOf: ({ purged, filesOnSftp, refusedOnSftp = 0 }) => {
    if (purged === null || refusedOnSftp > 0) return 'NEEDS_ATTENTION';
    return Object.values(purged).some((count) => count > 0) || filesOnSftp > 0 ? 'DONE' : 'NOTHING_TO_DO';
  },
});
