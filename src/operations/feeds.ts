/** Feed files that a person has on this machine. */
import { basename, resolve } from 'node:path';
import { FEED_TYPES } from '../domain/feed-type.ts';
import { label, optional, yesOrNo } from '../domain/input-fields.ts';
import { inspectFeedsLeft } from '../postgres/feeds/feeds-left.ts';
import { defineOperation } from './operation.ts';

export const importFeed = defineOperation({
  name: 'feed.import',
  role: 'operator',
  description: 'import a feed file from this machine, as if it had come in by SFTP',
  fields: {
    file: label('a CSV file', 'file'),
    type: label(`its feed type: ${FEED_TYPES.join(', ')}`, 'type'),
    dryRun: optional(yesOrNo('say what would happen, and do nothing')),
  },
  isRecorded: ({ dryRun }) => dryRun !== true,
  run: async ({ app, progress }, { file, type, dryRun = false }) => {
    progress(`Importing ${file}`);
    const { createImportLocalFile } = await import('./import-feed-file.ts');
    const database = await app.database();
    const importLocalFile = createImportLocalFile({ database });
    const localFeed = { localPath: resolve(file), fileName: basename(file), type, dryRun };
    const imported = await importLocalFile(localFeed);
    return { ...imported, feedsLeft: await inspectFeedsLeft(database) };
  },
});
