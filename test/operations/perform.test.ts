import { beforeEach, describe, expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { id, optional, units } from '../../src/domain/input-fields.ts';
import { ROLES, type Role } from '../../src/domain/role.ts';
import type { Application } from '../../src/operations/application.ts';
import { migrateDatabase } from '../../src/operations/database.ts';
import { setGroup } from '../../src/operations/facility-groups.ts';
import { importFeed } from '../../src/operations/feeds.ts';
import { defineOperation, perform, type Caller, type Context } from '../../src/operations/operation.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';
import { addProduct, listProducts, setProduct } from '../../src/operations/products.ts';
import { addShop } from '../../src/operations/shops.ts';
import { listActs } from '../../src/postgres/audit-log.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

let database: Database;
let warnings: string[];

beforeEach(async () => {
  ({ database } = await freshDatabase());
  warnings = [];
});

function contextOf(caller: Partial<Caller> = {}): Context {
  const nowhere = () => Promise.reject(new Error('The test needs no such part.'));
  const app: Application = {
    shopifyApiVersion: () => Promise.resolve('2026-10'),
    database: () => Promise.resolve(database),
    temporal: nowhere,
    isTemporalConfigured: () => Promise.resolve(false),
    temporalNamespace: () => Promise.resolve('default'),
    temporalUiUrl: () => Promise.resolve(null),
    fileDrop: nowhere,
    adminApi: nowhere,
    alerting: nowhere,
  };
  return {
    app,
    caller: { name: 'Ann', role: 'admin', via: 'cli', ...caller },
    progress: () => undefined,
    warn: (text) => warnings.push(text),
    ask: () => Promise.resolve(false),
    nameOf: (field) => field,
    pathOf: (file) => file,
  };
}

async function listActsInLog() {
  return (await listActs(database, { limit: 100 })).acts;
}

/** Returns the code and the message of the error with which the act fails. */
async function expectRefusal(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    () => null,
    (failed: unknown) => failed,
  );
  if (error instanceof AtpError) return `${error.code}: ${error.message}`;
  throw new Error(`The act was not refused with a code: ${String(error)}`);
}

describe('an act that changes something', () => {
  test('is in the audit log with who did it, from where, and what differs', async () => {
    await perform(setGroup, { facilityGroupId: 'FAC_GRP', threshold: 7 }, contextOf());

    expect(await listActsInLog()).toMatchObject([
      {
        act: 'group.set',
        actor: 'Ann',
        via: 'cli',
        outcome: 'DONE',
        endedAt: expect.any(Date),
        input: { facilityGroupId: 'FAC_GRP', threshold: 7 },
        before: { threshold: 0 },
        after: { threshold: 7 },
      },
    ]);
  });

  test('is in the audit log with a setting that it has cleared', async () => {
    const context = contextOf();
    await perform(addProduct, { productId: 'P1', sku: 'A' }, context);
    await perform(setProduct, { sku: 'A', facilityGroupId: 'FAC_GRP', threshold: 3 }, context);
    await perform(setProduct, { sku: 'A', facilityGroupId: 'FAC_GRP', threshold: null }, context);

    expect((await listActsInLog())[0]).toMatchObject({
      before: { thresholds: [{ facilityGroupId: 'FAC_GRP', threshold: 3 }] },
      after: { thresholds: [] },
    });
  });

  test('is in the audit log with the code of its failure when it fails', async () => {
    const set = perform(setGroup, { facilityGroupId: 'OUTLET', threshold: 7 }, contextOf());

    expect(await expectRefusal(set)).toContain('FACILITY_GROUP_UNKNOWN');
    expect(await listActsInLog()).toMatchObject([{ act: 'group.set', outcome: 'FACILITY_GROUP_UNKNOWN' }]);
  });

  test('is in the audit log without an end when its process dies', async () => {
    const dies = defineOperation({
      name: 'test.die',
      role: 'operator',
      description: 'never ends',
      fields: {},
      run: () => new Promise<never>(() => undefined),
    });
    void perform(dies, {}, contextOf());

    await expect.poll(listActsInLog).toMatchObject([{ act: 'test.die', outcome: null, endedAt: null }]);
  });

  test('is done all the same when its end cannot be recorded, and the caller is warned', async () => {
    const dropsLog = defineOperation({
      name: 'test.drop',
      role: 'admin',
      description: 'breaks the log while it runs',
      fields: {},
      run: async ({ app }) => {
        await (await app.database()).query('DROP TABLE audit_log');
        return 'done';
      },
    });

    expect(await perform(dropsLog, {}, contextOf())).toBe('done');
    expect(warnings).toEqual([expect.stringContaining('test.drop')]);
  });

  test('is not begun when it cannot be recorded', async () => {
    await database.query('DROP TABLE audit_log');

    await expect(
      perform(setGroup, { facilityGroupId: 'FAC_GRP', threshold: 7 }, contextOf()),
    ).rejects.toThrow();
    const [group] = await database.query<{ threshold: number }>(
      `SELECT default_threshold AS threshold FROM facility_group WHERE facility_group_id = 'FAC_GRP'`,
    );
    expect(group).toEqual({ threshold: 0 });
  });
});

describe('an act leaves no trace in the audit log', () => {
  test('when it only looks', async () => {
    await perform(listProducts, {}, contextOf());
    expect(await listActsInLog()).toEqual([]);
  });

  test('when its input is wrong', async () => {
    const act = perform(setGroup, { facilityGroupId: 'FAC_GRP', threshold: -1 }, contextOf());
    expect(await expectRefusal(act)).toBe(
      'INPUT_INVALID: The input is not valid: threshold must be a whole number from 0 to 1000000000, not -1.',
    );
    expect(await listActsInLog()).toEqual([]);
  });

  test('when it is a dry run', async () => {
    const dryRun = { file: '/nowhere/count.csv', type: 'RESET_INVENTORY', dryRun: true };
    expect(await expectRefusal(perform(importFeed, dryRun, contextOf()))).toContain('INPUT_INVALID');
    expect(await listActsInLog()).toEqual([]);

    // The control: without the dry run the same failure is recorded.
    await expectRefusal(perform(importFeed, { ...dryRun, dryRun: false }, contextOf()));
    expect(await listActsInLog()).toMatchObject([{ act: 'feed.import', outcome: 'INPUT_INVALID' }]);
  });

  test('when the caller may not do it', async () => {
    const act = perform(
      setGroup,
      { facilityGroupId: 'FAC_GRP', threshold: 1 },
      contextOf({ role: 'viewer' }),
    );
    expect(await expectRefusal(act)).toBe(
      'ROLE_INSUFFICIENT: group.set is for the role operator; you have the role viewer.',
    );
    expect(await listActsInLog()).toEqual([]);
  });
});

test('a role may do the acts of its own and of every lower role, and of no higher one', async () => {
  const actFor = (role: Role) =>
    defineOperation({
      name: 'test.act',
      role,
      description: 'does nothing',
      fields: {},
      run: () => Promise.resolve('done'),
    });
  for (const [rank, role] of ROLES.entries()) {
    for (const [neededRank, needed] of ROLES.entries()) {
      const act = perform(actFor(needed), {}, contextOf({ role }));
      if (rank >= neededRank) expect(await act).toBe('done');
      else expect(await expectRefusal(act)).toContain('ROLE_INSUFFICIENT');
    }
  }
});

test('a viewer may list products, and an operator and an admin may also add them', async () => {
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    expect(await perform(listProducts, {}, contextOf({ role }))).toEqual({
      products: [],
      total: 0,
      next: null,
    });
  }
  await perform(addProduct, { productId: 'P1', sku: 'A' }, contextOf({ role: 'operator' }));
  await perform(addProduct, { productId: 'P2', sku: 'B' }, contextOf({ role: 'admin' }));
});

test('an act that needs one of several fields is refused without any of them', async () => {
  const twoSettings = defineOperation({
    name: 'test.set',
    role: 'viewer',
    description: 'needs one',
    fields: { shopId: id('the shop'), first: optional(units('units')), second: optional(units('units')) },
    needsOneOf: ['first', 'second'],
    run: (_, input) => Promise.resolve(input),
  });

  expect(await expectRefusal(perform(twoSettings, { shopId: 'a' }, contextOf()))).toContain(
    'give at least one of first, second',
  );
  expect(await perform(twoSettings, { shopId: 'a', second: 2 }, contextOf())).toEqual({
    shopId: 'a',
    second: 2,
  });
});

describe('an act that is done', () => {
  const failsToTell = defineOperation({
    name: 'test.tell',
    role: 'operator',
    description: 'cannot read afterwards what it has changed',
    fields: {},
    stateOf: (() => {
      let looks = 0;
      return () => {
        looks += 1;
        if (looks > 1) return Promise.reject(new AtpError('DATABASE_UNREACHABLE', { reason: 'it is away' }));
        return Promise.resolve({ units: 1 });
      };
    })(),
    run: () => Promise.resolve('done'),
  });

  test('is DONE for the caller and the log although what it changed cannot be read', async () => {
    expect(await perform(failsToTell, {}, contextOf())).toBe('done');
    expect(warnings).toEqual([expect.stringContaining('DATABASE_UNREACHABLE')]);
    expect(await listActsInLog()).toMatchObject([
      { act: 'test.tell', outcome: 'DONE', before: null, after: null },
    ]);
  });
});

test.each(['', ' ', 'Ann\nBob', 'x'.repeat(256)])(
  'a caller named %j cannot change anything',
  async (name) => {
    const act = perform(setGroup, { facilityGroupId: 'FAC_GRP', threshold: 1 }, contextOf({ name }));
    expect(await expectRefusal(act)).toContain('INPUT_INVALID');
    expect(await listActsInLog()).toEqual([]);
  },
);

test('a migration is recorded once it has brought something, and not when the database is up to date', async () => {
  await perform(migrateDatabase, {}, contextOf());
  expect(await listActsInLog()).toEqual([]);
});

/** Ids, and what is no option with a value: a wrong one is repeated, so that the slip is seen. */
const IS_REPEATED = ['shopId', 'facilityGroupId', 'noCheck'];

test('no option of shop add repeats a token that was typed in its place, or keeps it in the log', async () => {
  const right = {
    shopId: 'blue-shirts',
    domain: 'blue-shirts.myshopify.com',
    locationId: 'gid://shopify/Location/1',
    facilityGroupId: 'FAC_GRP',
    token: 'env:BLUE_TOKEN',
  };
  for (const field of Object.keys(addShop.fields)) {
    for (const secret of [
      'shpat_0123456789abcdef',
      'shpss_0123456789abcdef',
      'http://user:hunter2@192.0.2.1/x',
    ]) {
      const said = await expectRefusal(perform(addShop, { ...right, [field]: secret }, contextOf()));
      expect(said).toContain('INPUT_INVALID');
      if (!IS_REPEATED.includes(field)) expect(said).not.toContain(secret);
      expect(said).not.toContain('shp');
    }
  }
  expect(await listActsInLog()).toEqual([]);
});

test('the description of every operation fits a line of help: it begins small and has no full stop', () => {
  for (const { description } of OPERATIONS) expect(description).toMatch(/^[a-z].*[^.]$/);
});
