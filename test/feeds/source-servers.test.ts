/** A source on an SFTP server of its own, beside those on the server of all. */
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FeedRef } from '../../activities/import-inventory.ts';
import type { SourceServer } from '../../src/domain/source-server.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { listLostServers, setServer } from '../../src/postgres/feeds/source-servers.ts';
import { addSource, findSource } from '../../src/postgres/feeds/sources.ts';
import { listUntaken } from '../../src/postgres/feeds/untaken-files.ts';
import { freePort } from '../../src/stand-ins/ports.ts';
import { freshSftpRoot, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { passwordServer } from '../sftp/password-server.ts';
import { ImportRun } from './import-run.ts';

const COUNT = 'facilityId,idValue,availableQty\n';

let run: ImportRun;
let other: FreshSftpRoot;
let server: SourceServer;

beforeEach(async () => {
  run = await ImportRun.open();
  other = await freshSftpRoot('rclone');
  const { host, port, username, privateKeyFile, hostKey, root } = other.settings;
  server = { host, port, username, privateKeyFile, hostKey, password: null, folder: `${root}/incoming` };
  await addSource(run.warehouse.database, 'store', { type: 'RESET_INVENTORY' });
  await connect({});
});

const connect = (change: Partial<SourceServer>) =>
  setServer(run.warehouse.database, 'store', { ...server, ...change });

/** On the other server, written an hour ago. */
async function putThere(name: string, content: string): Promise<void> {
  const path = join(other.folder, 'incoming', name);
  await writeFile(path, content);
  const written = new Date(Date.now() - 3_600_000);
  await utimes(path, written, written);
}

const namesThere = async (folder: string) =>
  (await readdir(join(other.folder, 'incoming', folder)).catch(() => [])).toSorted();
const onHand = async (sku: string) => (await run.warehouse.readLevels(sku, 'BROADWAY')).qoh;
const takenOf = (feeds: readonly FeedRef[]) =>
  feeds.filter(({ waits, isUntaken, lost }) => !waits && !isUntaken && !lost).map(({ path }) => path);

async function importAll(): Promise<readonly FeedRef[]> {
  const found = await run.listFeeds();
  for (const path of takenOf(found)) await run.importFeed(path);
  return found;
}

describe('the feeds of a source on a server of its own', () => {
  test('are claimed, imported and filed there, and those of others here', async () => {
    await putThere('1.csv', `${COUNT}BROADWAY,SHIRT,5\n`);
    await putThere('2.csv', `${COUNT}BROADWAY,NO-SUCH,5\n`);
    await run.put('incoming/RESET_INVENTORY__1.csv', `${COUNT}BROADWAY,HAT,7\n`);

    const found = await importAll();

    expect(takenOf(found)).toEqual([
      'incoming/RESET_INVENTORY__1.csv',
      'incoming/store/1.csv',
      'incoming/store/2.csv',
    ]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 7]);
    expect(await namesThere('archive')).toEqual(['1.csv']);
    expect(await namesThere('error')).toEqual(['2.csv', '2.csv.errors.csv']);
    expect(await namesThere('claimed')).toEqual([]);
    expect(await run.namesIn('archive')).toEqual(['RESET_INVENTORY__1.csv']);
    // Nothing of ours is told as a folder that nobody reads.
    expect((await run.listFeeds()).filter(({ isUntaken }) => isUntaken)).toEqual([]);
  });

  test('are held there, and applied once a person approves', async () => {
    const header = 'idValue,facilityId,availableDelta\n';
    for (const step of ['one', 'two']) {
      await putThere('MDM_INV_VARIANCE__x.csv', `${header}SHIRT,BROADWAY,2\n`);
      for (const path of takenOf(await run.listFeeds())) await run.importFeed(path, { step });
    }
    expect(await onHand('SHIRT')).toBe(2);
    const { database } = run.warehouse;
    const [held] = await listImports(database, { limit: 1, state: 'held' });
    expect(held).toMatchObject({ source: 'store', fileName: 'MDM_INV_VARIANCE__x.csv' });
    await decideImport(database, held?.importId ?? 0, { state: 'approved', by: 'Ann', reason: 'two events' });
    await importAll();
    expect(await onHand('SHIRT')).toBe(4);
  });

  test('that grow after they were filed are taken again from there', async () => {
    await putThere('1.csv', `${COUNT}BROADWAY,SHIRT,5\n`);
    await importAll();
    await putThere('archive/1.csv', `${COUNT}BROADWAY,SHIRT,5\nBROADWAY,HAT,3\n`);
    await importAll();
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 3]);
    expect(await namesThere('archive')).toEqual(['1.csv']);
  });

  test('are not looked for here any more: what lies here is told', async () => {
    await run.put('incoming/store/1.csv', `${COUNT}BROADWAY,SHIRT,5\n`);
    expect(takenOf(await run.listFeeds())).toEqual([]);
    expect((await listUntaken(run.warehouse.database)).map(({ path }) => path)).toEqual(['incoming/store']);
    await setServer(run.warehouse.database, 'store', null);
    expect(takenOf(await run.listFeeds())).toEqual(['incoming/store/1.csv']);
  });

  test('are alone when the run is of their source', async () => {
    await putThere('1.csv', `${COUNT}BROADWAY,SHIRT,5\n`);
    await run.put('incoming/RESET_INVENTORY__1.csv', `${COUNT}BROADWAY,HAT,7\n`);
    expect(takenOf(await run.listFeeds({ source: 'store' }))).toEqual(['incoming/store/1.csv']);
  });
});

describe('a server that cannot be used holds back its own source only, and is told', () => {
  const faults: readonly [string, () => Promise<Partial<SourceServer>>, string][] = [
    ['is down', async () => ({ host: '127.0.0.1', port: await freePort() }), 'it refuses the connection'],
    ['shows another host key', () => Promise.resolve({ hostKey: `SHA256:${'A'.repeat(43)}` }), 'host key'],
    [
      'refuses the password',
      () => Promise.resolve({ privateKeyFile: null, password: 'env:STORE_PASSWORD' }),
      'it refuses the login',
    ],
    [
      'has a password that is not there',
      () => Promise.resolve({ privateKeyFile: null, password: 'env:NO_SUCH_VARIABLE' }),
      'there is no password at env:NO_SUCH_VARIABLE',
    ],
  ];

  test.each(faults)('that %s', async (_what, change, why) => {
    process.env['STORE_PASSWORD'] = 'hunter2-is-secret';
    const { database } = run.warehouse;
    await putThere('1.csv', `${COUNT}BROADWAY,SHIRT,5\n`);
    await run.put('incoming/RESET_INVENTORY__1.csv', `${COUNT}BROADWAY,HAT,7\n`);
    await connect(await change());
    expect((await findSource(database, 'store')).serverUse).toMatchObject({
      state: 'NOT_TRIED',
      fault: null,
    });

    const found = await importAll();

    expect(await onHand('HAT')).toBe(7);
    expect(found.flatMap(({ lost }) => (lost ? [lost] : []))).toMatchObject([
      { source: 'store', message: expect.stringContaining(why) as string },
    ]);
    const [lost] = await listLostServers(database);
    expect(lost).toMatchObject({ source: 'store' });
    expect((await findSource(database, 'store')).serverUse).toMatchObject({
      ...{ state: 'LOST', notUsedSince: lost?.since },
      fault: { message: expect.stringContaining(why) as string },
    });
    expect(JSON.stringify([found, lost])).not.toContain('hunter2');

    await run.listFeeds();
    expect((await listLostServers(database))[0]?.since).toEqual(lost?.since);

    await connect({});
    await importAll();
    expect(await onHand('SHIRT')).toBe(5);
    expect(await listLostServers(database)).toEqual([]);
    expect((await findSource(database, 'store')).serverUse).toEqual({
      ...{ state: 'USABLE', notUsedSince: null, fault: null },
    });
  });

  test('lost between the look and the import: its feed is left to the next run', async () => {
    await putThere('1.csv', `${COUNT}BROADWAY,SHIRT,5\n`);
    const [path = ''] = takenOf(await run.listFeeds());
    await connect({ hostKey: `SHA256:${'A'.repeat(43)}` });
    expect(await run.importFeed(path)).toMatchObject({ error: { code: 'SFTP_HOST_KEY_MISMATCH' } });
    expect(await listLostServers(run.warehouse.database)).toMatchObject([{ source: 'store' }]);
    await connect({});
    await importAll();
    expect(await onHand('SHIRT')).toBe(5);
  });
});

describe('a server that asks for a password', () => {
  test('gets that of the file, whose line end is none of it', async () => {
    const { there, file } = await connectByPassword();
    await writeFile(file, 'hunter2-is-secret\n');
    await putMarked(there.folder);

    await importAll();

    expect(await onHand('SHIRT')).toBe(5);
    expect(await readdir(join(there.folder, 'archive'))).toEqual(['1.csv']);
    await writeFile(file, 'another-secret\n');
    expect((await run.listFeeds()).find(({ lost }) => lost)?.path).toContain('it refuses the login');
  });

  test('is lost since the first of its faults, until a run can use it, with nothing said anew', async () => {
    const { there, file } = await connectByPassword();
    await putMarked(there.folder);
    const look = async () => {
      await importAll();
      return (await listLostServers(run.warehouse.database))[0];
    };
    const first = await look();
    expect(first?.message).toContain('there is no password at file:');

    await writeFile(file, 'not-the-password\n');
    const second = await look();
    expect(second?.message).toContain('it refuses the login');
    expect(second?.since).toEqual(first?.since);

    await writeFile(file, 'hunter2-is-secret\n');
    expect(await look()).toBeUndefined();
    expect(await onHand('SHIRT')).toBe(5);
  });
});

/** A server of its own for the source, and the file in which its password is looked for; there is none yet. */
async function connectByPassword() {
  const there = await passwordServer('hunter2-is-secret');
  const file = join(there.folder, '..', 'password');
  const saved = await connect({
    ...there.address,
    folder: '/',
    privateKeyFile: null,
    password: `file:${file}`,
  });
  expect(JSON.stringify(saved)).not.toContain('hunter2');
  return { there, file };
}

/** A feed that is complete by its marker. */
async function putMarked(folder: string): Promise<void> {
  await writeFile(join(folder, '1.csv'), `${COUNT}BROADWAY,SHIRT,5\n`);
  await writeFile(join(folder, '1.csv.done'), '');
}
