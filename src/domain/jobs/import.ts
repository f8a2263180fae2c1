import { id, optional } from '../input-fields.ts';
import { counted } from '../words.ts';
import { defineJob } from './job.ts';

export interface ImportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** Why nothing of the file could be applied. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface ImportResult {
  readonly files: readonly ImportedFile[];
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
  inWords: ({ files }: ImportResult) => {
    if (files.length === 0) return 'no feed was waiting';
    const failed = files.reduce((sum, file) => sum + file.failed, 0);
    const applied = files.reduce((sum, file) => sum + file.applied, 0);
    return `${counted(files.length, 'feed')}, ${counted(applied, 'row')} applied, ${failed} refused`;
  },
  verdictOf: ({ files }) => (files.some(({ error }) => error) ? 'failed' : 'done'),
});
