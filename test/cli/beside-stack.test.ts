/** `.env` names services while a stack runs: commands are about the one, `atp status` about the other. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { releaseLock, takeLock, writeStack, type ServiceName } from '../../src/stand-ins/stack-files.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith, type Atp } from './atp.ts';

const OF_STACK = 'postgres://stack@127.0.0.1:5555/atp';
let atp: Atp;
let url: string;

beforeEach(async () => {
  ({ url } = await freshDatabase());
  atp = await atpWith({});
});

/** This process stands for the supervisor of a stack in the folder. */
async function runStack(databaseUrl: string, existing: readonly ServiceName[] = []): Promise<void> {
  await takeLock(atp.folder);
  cleanUp(() => releaseLock(atp.folder));
  writeStack(atp.folder, {
    existing,
    temporal: { address: '127.0.0.1:7777', namespace: 'default', uiUrl: null },
    databaseUrl,
    sftp: {
      host: '127.0.0.1',
      port: 5022,
      username: 'atp',
      root: '/',
      privateKeyFile: import.meta.filename,
      hostKey: `SHA256:${'A'.repeat(43)}`,
    },
    shopify: {
      shopId: 'blue-shirts',
      domain: 'blue-shirts.myshopify.com',
      endpoint: 'http://127.0.0.1:1/',
      accessToken: '',
      accessTokenRef: '',
      locationId: '',
      controlUrl: '',
      adminUrl: 'http://127.0.0.1:1/',
    },
    processes: [],
    worker: null,
  });
}

const nameDatabase = () => writeFile(join(atp.folder, '.env'), `DATABASE_URL=${url}\n`);

test('every command says in one line that its services are not those of the stack; a script is not told', async () => {
  await runStack(OF_STACK);
  await nameDatabase();

  const { stderr, exitCode } = await atp.run('facility', 'list');
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    `Note: Postgres is that of .env, not that of the stack in ${atp.folder} (\`atp config\`).\n`,
  );
  expect((await atp.run('facility', 'list', '--json')).stderr).toBe('');
  expect(await atp.json(['config'])).toMatchObject({
    services: [
      { name: 'Temporal', whose: 'stack', address: '127.0.0.1:7777' },
      { name: 'Postgres', whose: 'yours' },
      { name: 'SFTP', whose: 'stack' },
    ],
    stack: { folder: atp.folder, isRunning: true },
    besideStack: { services: ['Postgres'], from: ['.env'] },
  });
});

test('nothing is said when the stack uses the same service, or none runs', async () => {
  await nameDatabase();
  expect((await atp.run('facility', 'list')).stderr).toBe('');

  await runStack(Object.assign(new URL(url), { password: '' }).href, ['database']);
  expect((await atp.run('facility', 'list')).stderr).toBe('');
});

test('a stack that uses another database than the one that is named now is told, too', async () => {
  await runStack('postgres://atp@db.example.com:5432/atp', ['database']);
  await nameDatabase();

  expect((await atp.run('facility', 'list')).stderr).toContain('Note: Postgres is that of .env');
});
