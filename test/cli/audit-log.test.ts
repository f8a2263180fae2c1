import { beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith, type Atp } from './atp.ts';

interface AuditLog {
  readonly acts: readonly {
    readonly act: string;
    readonly actor: string;
    readonly outcome: string | null;
    readonly before: unknown;
    readonly after: unknown;
  }[];
  readonly more: boolean;
}

let atp: Atp;

beforeAll(async () => {
  const { url } = await freshDatabase();
  atp = await atpWith({ DATABASE_URL: url });
  await atp.json([
    'facility',
    'add',
    'NEW_YORK',
    '--name',
    'New York',
    '--type',
    'RETAIL_STORE',
    '--by',
    'Ann',
  ]);
  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK', '--by', 'Ann']);
  await atp.json(['group', 'set', 'FAC_GRP', '--threshold', '4', '--by', 'Bob']);
  await atp.failure('facility', 'set', 'BOSTON', '--name', 'Boston', '--by', 'Bob');
  await atp.json(['facility', 'list']);
});

function auditLog(...args: string[]): Promise<AuditLog> {
  return atp.json<AuditLog>(['audit', 'log', ...args]);
}

test('audit log tells who did what, the newest first, and what it changed', async () => {
  const { acts, more } = await auditLog();

  expect(more).toBe(false);
  expect(acts).toMatchObject([
    { act: 'facility.set', actor: 'Bob', outcome: 'FACILITY_UNKNOWN' },
    {
      act: 'group.set',
      actor: 'Bob',
      outcome: 'DONE',
      before: { threshold: 0 },
      after: { threshold: 4 },
    },
    { act: 'group.add', actor: 'Ann', after: { memberships: [{ facilityId: 'NEW_YORK', sellsNow: true }] } },
    { act: 'facility.add', actor: 'Ann', before: null, after: { facilityName: 'New York' } },
  ]);
});

test.each([
  [['--act', 'group.set'], ['group.set']],
  [
    ['--act', 'group'],
    ['group.set', 'group.add'],
  ],
  [
    ['--by', 'Ann'],
    ['group.add', 'facility.add'],
  ],
  [['--since', '2100-01-01T00:00:00Z'], []],
  [['--limit', '1'], ['facility.set']],
])('audit log %j shows only these acts: %j', async (args, acts) => {
  expect((await auditLog(...args)).acts.map(({ act }) => act)).toEqual(acts);
});

test('audit log says in words what was changed', async () => {
  const { stdout } = await atp.run('audit', 'log');

  expect(stdout).toMatch(/Bob +│ cli +│ group\.set +│ DONE +│ facilityGroupId FAC_GRP/);
  expect(stdout).toContain('threshold 0 → 4');
  expect(stdout).toContain('FACILITY_UNKNOWN');
});

test('without --by, the user of this machine has done it', async () => {
  await atp.json(['group', 'create', 'OUTLET']);

  const [latest] = (await auditLog('--act', 'group.create')).acts;
  expect(latest?.actor).not.toBe('');
});

test('of a command below another one, too, --by says who has done it', async () => {
  await atp.failure('import', 'reject', '9', '--reason', 'a test', '--by', 'Ann');

  expect((await auditLog('--act', 'import.reject')).acts).toMatchObject([{ actor: 'Ann' }]);
});
