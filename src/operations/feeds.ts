/** Feed files that a person has. */
import { basename } from 'node:path';
import { NO_SETTINGS } from '../domain/feed-source.ts';
import { FEED_TYPES } from '../domain/feed-type.ts';
import { id, label, optional, ownFile, yesOrNo } from '../domain/input-fields.ts';
import type { RowsSeen } from './import-feed-file.ts';
import { findSource } from '../postgres/feeds/sources.ts';
import { inspectFeedsLeft } from '../postgres/feeds/feeds-left.ts';
import { defineOperation } from './operation.ts';
import { tellNowAndThen } from './tell-now-and-then.ts';

export const importFeed = defineOperation({
  name: 'feed.import',
  role: 'operator',
  description: 'import a feed file that you have, as if it had come in by SFTP',
  fields: {
    file: ownFile('a CSV file'),
    type: optional(
      label(
        `its feed type (default: that of its name or its source, or told by its header): ${FEED_TYPES.join(', ')}`,
        'type',
      ),
    ),
    source: optional(id('how its sender writes: what was said of this source', 'source')),
    passGates: optional(yesOrNo('apply it though a gate would hold it')),
    dryRun: optional(yesOrNo('say what would happen, and do nothing')),
  },
  isRecorded: ({ dryRun }) => dryRun !== true,
  run: async (context, { file, type: named, source, dryRun = false, passGates: passesGates = false }) => {
    const { tell, tellDone: onChunk } = tellNowAndThen(
      context,
      `${dryRun ? 'Judging' : 'Importing'} ${file}`,
    );
    const database = await context.app.database();
    const settings = source === undefined ? NO_SETTINGS : (await findSource(database, source)).settings;
    const { typeOfFeed } = await import('../csv/recognise-type.ts');
    const { createImportLocalFile, requireFile } = await import('./import-feed-file.ts');
    const [localPath, fileName] = [context.pathOf(file), basename(file)];
    await requireFile(localPath);
    const type = named ?? (await typeOfFeed(fileName, { localPath, fileName, settings }));
    // Most of the time of a file with many faults goes into its rows one by one.
    const onRow = ({ read, refused }: RowsSeen): void =>
      tell(() =>
        refused === 0 ? `${read} rows read` : `${refused} refused rows of ${read} rows written down`,
      );
    const localFeed = {
      localPath,
      fileName,
      type,
      settings,
      ...(source !== undefined && { sender: source }),
      dryRun,
      passesGates,
      onChunk,
      onRow,
    };
    const imported = await createImportLocalFile({ database })(localFeed);
    return { ...imported, feedsLeft: await inspectFeedsLeft(database) };
  },
});
