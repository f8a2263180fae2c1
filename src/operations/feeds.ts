/** Feed files that a person has on this machine. */
import { basename, resolve } from 'node:path';
import { feedTypeOf } from '../domain/feed.ts';
import { NO_SETTINGS } from '../domain/feed-source.ts';
import { FEED_TYPES } from '../domain/feed-type.ts';
import { id, label, optional, yesOrNo } from '../domain/input-fields.ts';
import { PROGRESS_TOLD_EVERY_MS } from '../domain/limits.ts';
import { advance, progressInWords, type StepProgress } from '../domain/step-progress.ts';
import type { ChunksDone } from '../postgres/feeds/import-chunks.ts';
import { findSource } from '../postgres/feeds/sources.ts';
import { inspectFeedsLeft } from '../postgres/feeds/feeds-left.ts';
import { defineOperation } from './operation.ts';

export const importFeed = defineOperation({
  name: 'feed.import',
  role: 'operator',
  description: 'import a feed file from this machine, as if it had come in by SFTP',
  fields: {
    file: label('a CSV file', 'file'),
    type: optional(
      label(`its feed type (default: that of its name, or of its source): ${FEED_TYPES.join(', ')}`, 'type'),
    ),
    source: optional(id('how its sender writes: what was said of this source', 'source')),
    passGates: optional(yesOrNo('apply it though a gate would hold it')),
    dryRun: optional(yesOrNo('say what would happen, and do nothing')),
  },
  isRecorded: ({ dryRun }) => dryRun !== true,
  run: async (
    { app, progress },
    { file, type: named, source, dryRun = false, passGates: passesGates = false },
  ) => {
    progress(`Importing ${file}`);
    const { createImportLocalFile } = await import('./import-feed-file.ts');
    const database = await app.database();
    const importLocalFile = createImportLocalFile({ database });
    const settings = source === undefined ? NO_SETTINGS : (await findSource(database, source)).settings;
    const type = named ?? feedTypeOf(basename(file), settings.type);
    let posted: StepProgress | undefined;
    let toldAt = Date.now();
    const onChunk = (chunks: ChunksDone): void => {
      const now = new Date();
      posted = advance(posted, chunks, now);
      if (now.getTime() - toldAt < PROGRESS_TOLD_EVERY_MS) return;
      toldAt = now.getTime();
      progress(`Importing ${file}: ${progressInWords(posted, now)}`);
    };
    const localFeed = {
      localPath: resolve(file),
      fileName: basename(file),
      type,
      settings,
      ...(source !== undefined && { sender: source }),
      dryRun,
      passesGates,
      onChunk,
    };
    const imported = await importLocalFile(localFeed);
    return { ...imported, feedsLeft: await inspectFeedsLeft(database) };
  },
});
