/** An import run on a warehouse and an SFTP root of its own: its steps, called as the worker calls them. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createImportActivities, type FeedRef } from '../../activities/import-inventory.ts';
import type { ImportedFile } from '../../src/domain/jobs/import.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { openSourceDrops } from '../../src/sftp/source-drop.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { Warehouse } from './warehouse.ts';

/** Attempts fail here on purpose: their warnings would look like faults. */
const logger = new DefaultLogger('ERROR');

export class ImportRun {
  readonly warehouse: Warehouse;
  readonly folder: string;
  readonly drop: OpenFileDrop;
  #steps = 0;

  private constructor(warehouse: Warehouse, folder: string, drop: OpenFileDrop) {
    this.warehouse = warehouse;
    this.folder = folder;
    this.drop = drop;
  }

  static async open(): Promise<ImportRun> {
    const warehouse = await Warehouse.open();
    const root = await freshSftpRoot();
    return new ImportRun(warehouse, root.folder, fileDrop(root.settings));
  }

  /** Puts a file there that was written an hour ago, so that no run has to see whether it stands still. */
  put = async (path: string, content: string): Promise<string> => {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), content);
    const written = new Date(Date.now() - 3_600_000);
    await utimes(join(this.folder, path), written, written);
    return path;
  };

  read = (path: string): Promise<string> => readFile(join(this.folder, path), 'utf8');

  namesIn = async (path: string): Promise<string[]> =>
    (await readdir(join(this.folder, path)).catch(() => [])).toSorted();

  /**
   * Runs the activity in a run that was started `startedAgoMs` ago.
   *
   * @param step attempts at the same step have the same claim
   */
  importFeed = (
    path: string,
    {
      through = this.drop,
      startedAgoMs = 0,
      step = `${(this.#steps += 1)}`,
      onHeartbeat,
    }: {
      readonly through?: OpenFileDrop;
      readonly startedAgoMs?: number;
      readonly step?: string;
      readonly onHeartbeat?: (details: unknown) => void;
    } = {},
  ): Promise<ImportedFile> => {
    const environment = new MockActivityEnvironment(
      { scheduledTimestampMs: Date.now() - startedAgoMs, activityId: step },
      { logger },
    );
    if (onHeartbeat) environment.on('heartbeat', onHeartbeat);
    return environment.run(this.#activities(through).importFeed, { path });
  };

  listFeeds = (job: { readonly source?: string } = {}, through = this.drop): Promise<FeedRef[]> =>
    new MockActivityEnvironment().run(this.#activities(through).listFeeds, job);

  #activities(through: OpenFileDrop) {
    return createImportActivities({
      database: this.warehouse.database,
      sourceDrop: openSourceDrops({ environment: process.env }),
      fileDrop: through,
      diary: () => undefined,
    });
  }
}
