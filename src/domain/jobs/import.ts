import type { ImportWarning } from '../import-warning.ts';
import { id, optional } from '../input-fields.ts';
import { counted } from '../words.ts';
import { defineJob } from './job.ts';
import { worstOf, type Outcome } from './outcome.ts';

export interface ImportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** What is to be told of rows that were applied; absent: nothing. */
  readonly warnings?: readonly ImportWarning[];
  /** Why nothing of the file could be applied. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Why it still lies in incoming/, although it is done with. A later run moves it. */
  readonly notPutAway?: { readonly code: string; readonly message: string };
}

export interface ImportResult {
  readonly files: readonly ImportedFile[];
  /** Feeds of earlier runs that still could not be moved out of incoming/; absent: none. */
  readonly stillNotPutAway?: readonly string[];
}

/** Feeds that could not be imported at all, as the one line of a run names them. */
const FAULTS_TOLD_MAX = 3;

function isLeftBehind({ files, stillNotPutAway = [] }: ImportResult): boolean {
  return stillNotPutAway.length > 0 || files.some(({ notPutAway }) => notPutAway);
}

export const IMPORT = defineJob({
  name: 'import',
  title: 'Import inventory',
  description: 'Imports the feed files that lie on SFTP.',
  workflowType: 'importInventory',
  fields: { source: optional(id('only the folder of this name below incoming/', 'folder')) },
  schedule: {
    recommended: '15m',
    usualTime: { hour: 0, minute: 0 },
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
    why: 'A dropped run loses nothing: the next one takes its feed files.',
  },
  inWords: (result: ImportResult) => {
    const { files } = result;
    const left = isLeftBehind(result) ? '; some could not be moved out of incoming/' : '';
    const faults = files.flatMap(({ fileName, error }) => (error ? [`; ${fileName}: ${error.code}`] : []));
    const refused = `${faults.slice(0, FAULTS_TOLD_MAX).join('')}${faults.length > FAULTS_TOLD_MAX ? '; …' : ''}`;
    if (files.length === 0) return `no feed was waiting${left}`;
    const failed = files.reduce((sum, file) => sum + file.failed, 0);
    const applied = files.reduce((sum, file) => sum + file.applied, 0);
    const told = files.flatMap(({ warnings = [] }) => warnings).reduce((sum, { rows }) => sum + rows, 0);
    const warned = told > 0 ? `; of ${counted(told, 'row')} not everything is known` : '';
    return `${counted(files.length, 'feed')}, ${counted(applied, 'row')} applied, ${failed} refused${refused}${warned}${left}`;
  },
  outcomeOf: (result) => {
    const outcomes = result.files.map(({ error, failed }): Outcome => {
      // It is still being sent, and the next run takes it.
      if (error?.code === 'FEED_UNSETTLED') return 'NOTHING_TO_DO';
      if (error) return 'FAILED';
      return failed > 0 ? 'NEEDS_ATTENTION' : 'DONE';
    });
    return worstOf([...outcomes, ...(isLeftBehind(result) ? (['NEEDS_ATTENTION'] as const) : [])]);
  },
});
