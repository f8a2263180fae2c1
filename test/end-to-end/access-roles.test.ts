/** Every user of the database has the rights that its work needs, and no more: the whole way as each of the three roles. */
import { rm } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeAccessRoles } from '../../src/postgres/access-roles.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { MIGRATION_NAMES } from '../../src/postgres/migrations/index.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { purge } from '../../src/postgres/purge.ts';
import { readState } from '../../src/postgres/sql-state.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { ensureDatabase, startPostgres } from '../../src/stand-ins/postgres-server.ts';
import { atpWith, type Atp } from '../cli/atp.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { openTransaction } from '../postgres/open-transaction.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { openFolder } from '../setup/parts-desk.ts';
import { BACK_ROOM, SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { postgresUnderTest } from '../setup/postgres-under-test.ts';
import { Installation, SHOP } from './installation.ts';

const MAY_NOT = '42501';

/** As a superuser. */
let urlOfDatabase: (name: string) => string;
let urlOf: (user: string) => string;
let superuser: Database;
let worker: Database;
let reader: Database;
let installation: Installation;
let asReader: Atp;

beforeAll(async () => {
  // Roles belong to a whole server, which the tests otherwise share.
  const stateDir = await openFolder('atp-test-roles-');
  cleanUp(() => rm(stateDir, { recursive: true, force: true }));
  const server = await startOnPort(undefined, (port) =>
    startPostgres({ stateDir, port, ...postgresUnderTest() }),
  );
  cleanUp(() => server.stop());
  await ensureDatabase(server, 'atp');
  const open = (url: string) => {
    const database = openDatabase(url);
    cleanUp(() => database.close());
    return database;
  };
  urlOfDatabase = (name) => server.urlOf(name);
  superuser = open(urlOfDatabase('atp'));
  // Whoever owns the database and may make roles can do it; nobody needs to be a superuser.
  await superuser.query(`CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'pw'`);
  await superuser.query('ALTER DATABASE atp OWNER TO keeper');
  await superuser.query('GRANT CREATE ON SCHEMA public TO keeper');
  urlOf = (user) => Object.assign(new URL(server.urlOf('atp')), { username: user, password: 'pw' }).href;
  await migrate(open(urlOf('keeper')), { upTo: '0014-late-calls' });
  const made = await (
    await atpWith({ DATABASE_URL: urlOf('keeper') })
  ).json<{ readonly roles: readonly string[] }>(['migrate', '--roles']);
  expect(made.roles).toEqual(['atp_migrate', 'atp_work', 'atp_read']);

  for (const [user, role] of [
    ['deployer', 'atp_migrate'],
    ['worker', 'atp_work'],
    ['reader', 'atp_read'],
  ] as const) {
    await superuser.query(`CREATE ROLE ${user} LOGIN PASSWORD 'pw' IN ROLE ${role}`);
  }
  worker = open(urlOf('worker'));
  reader = open(urlOf('reader'));
  installation = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT', 'SOCKS'], {
    database: { database: worker, url: urlOf('worker') },
  });
  asReader = await atpWith({ ...installation.environment, DATABASE_URL: urlOf('reader') });
  await installation.startWorker();
  await scheduleNeededJobs(installation);
});

describe('a member of atp_work', () => {
  test('does all work: settings, imports, both kinds of file, uploads, verification, decisions, the purge', async () => {
    const shop = installation;
    await shop.atp('shop', 'set', SHOP, '--collapse-limit', '100');
    await shop.atp('product', 'set', 'BLUE-SHIRT', '--facility', 'BROADWAY', '--safety-stock', '5');
    await shop.atp('product', 'set', 'BLUE-SHIRT', '--group', 'FAC_GRP', '--threshold', '5');
    await shop.importCount('RESET_INVENTORY__all.csv', 'BROADWAY', {
      'BLUE-SHIRT': 50,
      'RED-SHIRT': 12,
      NO: 1,
    });
    await shop.importFeed('ORDER_ITEMS__morning.csv', [
      'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
      '10001,01,,,BLUE-SHIRT,SKU,5,0,BROADWAY,ITEM_APPROVED,2026-06-01T10:00:00Z',
    ]);
    expect(await shop.hardSync()).toMatchObject({ fileSequence: 1, rows: 3 });
    await shop.processUploads();
    expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 35, 'RED-SHIRT': 12, SOCKS: 0 });

    await shop.importFeed('MDM_INV_VARIANCE__noon.csv', [
      'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId,reasonEnumId',
      'RED-SHIRT,SKU,-2,BROADWAY,,,VAR_DAMAGED',
    ]);
    expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2, rows: 1 });
    await shop.processUploads();
    await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
      { sku: 'SOCKS', available: 9 },
    ]);
    expect(await shop.atp('verify', SHOP, '--heal')).toMatchObject({ json: { differentCount: 1 } });
    await shop.recentChanges();
    await shop.processUploads();
    expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 35, 'RED-SHIRT': 10, SOCKS: 0 });

    await superuser.query(
      `UPDATE upload_file SET closed_at = closed_at - interval '1 year' WHERE sequence = 1`,
    );
    expect(await purge(worker)).toMatchObject({ files: 1 });
    expect(await auditShop(worker, SHOP)).toMatchObject({ isSound: true });
    expect((await shop.atp('job', 'list')).exitCode).toBe(0);
  });

  test.each([
    ['make a table', 'CREATE TABLE mine (id integer)'],
    ['change a table', 'ALTER TABLE product ADD COLUMN mine integer'],
    ['switch the rules off', 'ALTER TABLE product_facility DISABLE TRIGGER ALL'],
    ['pass by the rules', 'SET session_replication_role = replica'],
    ['empty a table', 'TRUNCATE change_log'],
    ['change the ledger', 'UPDATE inventory_item_detail SET quantity_on_hand_diff = 0'],
    ['delete from the ledger', 'DELETE FROM inventory_item_detail'],
    ['set a level', 'UPDATE product_facility SET quantity_on_hand = 0'],
    ['delete a level', 'DELETE FROM product_facility'],
    [
      'set a level by the trigger of the ledger',
      `CREATE TEMPORARY TABLE mine (product_id text, facility_id text, quantity_on_hand_diff integer, reserved_diff integer);
       CREATE TRIGGER post AFTER INSERT ON mine REFERENCING NEW TABLE AS posted
         FOR EACH STATEMENT EXECUTE FUNCTION post_ledger_to_levels()`,
    ],
    ['change what was logged', 'UPDATE change_log SET product_id = product_id'],
    ['change a file', 'UPDATE upload_file_row SET quantity = 0'],
    ['change a packed file', `UPDATE upload_file_pack SET quantities = '{}'`],
    ['delete orders', 'DELETE FROM order_item'],
    ['delete a line of a transfer', 'DELETE FROM transfer_item'],
    ['claim a migration', `INSERT INTO atp_migration (name) VALUES ('9999-none')`],
    ['read the server’s files', `SELECT pg_read_file('/etc/passwd')`],
  ])('may not %s', async (_what, statement) => {
    await expect(worker.query(statement)).rejects.toSatisfy((error) => readState(error) === MAY_NOT);
  });

  test('reads the number by which a large count knows that nobody has counted since', async () => {
    expect(await worker.query('SELECT last_value FROM count_number')).toHaveLength(1);
    await expect(worker.query(`SELECT nextval('count_number')`)).rejects.toSatisfy(
      (error) => readState(error) === MAY_NOT,
    );
  });

  test('may not migrate', async () => {
    await superuser.query('DELETE FROM atp_migration WHERE name = $1', [MIGRATION_NAMES.at(-1)]);
    try {
      await expect(migrate(worker)).rejects.toSatisfy((error) => readState(error) === MAY_NOT);
    } finally {
      await superuser.query(
        'INSERT INTO atp_migration (name, batch, migration_time) VALUES ($1, 99, now())',
        [MIGRATION_NAMES.at(-1)],
      );
    }
  });
});

describe('a member of atp_read', () => {
  test('sees everything that a viewer may see', async () => {
    for (const [command, exitCode] of [
      [['explain', 'BLUE-SHIRT', '--shop', SHOP], 0],
      [['lane', SHOP], 0],
      [['lane', SHOP, '--audit'], 0],
      [['audit', 'log'], 0],
      // It has something to tell: the story of the worker above.
      [['doctor'], 1],
      [['pipeline'], 0],
      [['shop', 'list'], 0],
      [['product', 'list'], 0],
      [['facility', 'list'], 0],
      [['group', 'list'], 0],
      [['job', 'list'], 0],
    ] as const) {
      await asReader.json(command, exitCode);
    }
  });

  test.each([
    ['a row', `INSERT INTO product (product_id, sku) VALUES ('1', '1')`],
    ['a setting', 'UPDATE product_facility SET minimum_stock = 1'],
    ['an act', 'DELETE FROM audit_log'],
  ])('may not change %s', async (_what, statement) => {
    await expect(reader.query(statement)).rejects.toSatisfy((error) => readState(error) === MAY_NOT);
  });

  test('may not read the hashes of passwords', async () => {
    await expect(reader.query('SELECT password_hash FROM user_account')).rejects.toSatisfy(
      (error) => readState(error) === MAY_NOT,
    );
    expect((await asReader.run('user', 'list')).exitCode).toBe(0);
  });

  test('is told so with a code when a command would change something', async () => {
    expect(await asReader.failure('facility', 'add', 'X', '--name', 'X', '--type', 'WAREHOUSE')).toMatch(
      /^DATABASE_\w+ 1$/,
    );
  });
});

describe('a member of atp_migrate', () => {
  test('migrates; the new tables belong to the role, and the worker and the reader have their rights on them', async () => {
    const deployer = openDatabase(urlOf('deployer'));
    cleanUp(() => deployer.close());
    await deployer.withKnex(async (knex) => {
      await knex.raw('CREATE TABLE of_a_later_release (id bigint GENERATED ALWAYS AS IDENTITY, text text)');
    });
    cleanUp(async () => {
      await superuser.query('DROP TABLE of_a_later_release');
    });

    const owners = await superuser.query(
      `SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')`,
    );
    expect(owners).toEqual([{ owner: 'atp_migrate' }]);
    await worker.query(`INSERT INTO of_a_later_release (text) VALUES ('one')`);
    expect(await reader.query('SELECT text FROM of_a_later_release')).toEqual([{ text: 'one' }]);
    expect(await migrate(deployer)).toEqual({ applied: [] });
  });

  test('may make the rights anew', async () => {
    await superuser.query('GRANT DELETE ON inventory_item_detail TO atp_work');
    const atp = await atpWith({ DATABASE_URL: urlOf('keeper') });

    await atp.json(['migrate', '--roles']);

    await expect(worker.query('DELETE FROM inventory_item_detail')).rejects.toSatisfy(
      (error) => readState(error) === MAY_NOT,
    );
  });
});

test('where somebody holds a table, the roles get no right and no table, and the next try does it all', async () => {
  await superuser.query('CREATE DATABASE busy');
  const busy = openDatabase(urlOfDatabase('busy'));
  cleanUp(() => busy.close());
  await migrate(busy);
  const endReading = await openTransaction(busy, 'SELECT FROM upload_file_row');
  const owners = () =>
    busy.query<{ owner: string }>(
      `SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );

  await expect(makeAccessRoles(busy)).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
  expect(await owners()).toEqual([{ owner: 'postgres' }]);

  await endReading();
  await makeAccessRoles(busy);
  expect(await owners()).toEqual([{ owner: 'atp_migrate' }]);
});

test('where the roles were made by the release before, an upgrade alone gives workers what they need, and no more', async () => {
  await superuser.query('CREATE DATABASE upgraded');
  const upgraded = openDatabase(urlOfDatabase('upgraded'));
  cleanUp(() => upgraded.close());
  await migrate(upgraded, { upTo: '0036-unmapping' });
  const rights = 'SELECT, INSERT, UPDATE, DELETE';
  await upgraded.query(`GRANT ${rights} ON ALL TABLES IN SCHEMA public TO atp_work`);
  await upgraded.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${rights} ON TABLES TO atp_work`);

  await migrate(upgraded);

  const readRights = () =>
    upgraded.query(
      `SELECT proname AS name, has_function_privilege('atp_work', oid, 'EXECUTE') AS may,
         has_function_privilege('atp_read', oid, 'EXECUTE') AS "mayReader"
       FROM pg_proc WHERE proname LIKE 'remove\\_%' AND pronamespace = 'public'::regnamespace ORDER BY 1`,
    );
  const functions = ['remove_facility', 'remove_old_order_lines', 'remove_old_transfers', 'remove_product'];
  const expected = functions.map((name) => ({ name, may: true, mayReader: false }));
  expect(await readRights()).toEqual(expected);
  expect(
    await upgraded.query(
      `SELECT right_ FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS right_
       WHERE has_table_privilege('atp_work', 'transfer_item', right_)`,
    ),
  ).toEqual([{ right_: 'INSERT' }, { right_: 'UPDATE' }]);
  await makeAccessRoles(upgraded);
  expect(await readRights()).toEqual(expected);
});

test('a user of no role cannot even connect', async () => {
  await superuser.query(`CREATE ROLE stranger LOGIN PASSWORD 'pw'`);
  const stranger = openDatabase(urlOf('stranger'));
  cleanUp(() => stranger.close());

  await expect(stranger.query('SELECT')).rejects.toSatisfy((error) => readState(error) === MAY_NOT);
});

test('the doctor says which user is mightier than a worker needs', async () => {
  const findings = await Promise.all(
    ['worker', 'deployer', 'keeper'].map(async (user) => {
      const atp = await atpWith({ DATABASE_URL: urlOf(user) });
      const { stdout } = await atp.run('doctor', '--json');
      const { checks } = JSON.parse(stdout) as {
        checks: { name: string; ok: boolean; hint: string | null }[];
      };
      const found = checks.find(({ name }) => name === 'Database user');
      return [user, found?.ok, found?.hint?.includes('docs/guides/roles.md') ?? false];
    }),
  );
  expect(findings).toEqual([
    ['worker', true, false],
    ['deployer', true, true],
    ['keeper', true, true],
  ]);
});

test('at the end, a member of atp_work moves a shop to another location, empties it and forgets it', async () => {
  const shop = installation;
  const levels = ['BLUE-SHIRT', 'RED-SHIRT', 'SOCKS'].map((sku) => ({
    sku,
    locationId: BACK_ROOM,
    available: 0,
    isActive: true,
  }));
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/levels`, levels);

  const moved = await shop.atp('shop', 'set', SHOP, '--location', BACK_ROOM, '--yes');
  expect(moved.json).toMatchObject({ locationId: BACK_ROOM, move: { drain: { rows: 3 } } });
  const [drain, refill] = [4, 5];
  await shop.until(async () => {
    const files = await worker.query(
      `SELECT sequence FROM upload_file WHERE state = 'APPLIED' AND sequence = ANY($1)`,
      [[drain, refill]],
    );
    return files.length === 2;
  });
  await shop.processUploads();

  const removed = await shop.atp('shop', 'remove', SHOP, '--drain', '--yes');
  expect(removed.json).toMatchObject({
    shopId: SHOP,
    drained: { sequence: 6, rows: 3 },
    stayOnSale: { products: 0, units: 0 },
  });
});
