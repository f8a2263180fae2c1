import { expect, test } from 'vitest';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith } from './atp.ts';

test('help and version need no configuration and end with 0', async () => {
  const atp = await atpWith({});

  const help = await atp.run('--help');
  const version = await atp.run('--version');

  expect(help.exitCode).toBe(0);
  for (const command of [
    'up',
    'doctor',
    'migrate',
    'facility',
    'group',
    'product',
    'shop',
    'import',
    'explain',
    'job',
    'pipeline',
    'lane',
    'verify',
    'worker',
  ]) {
    expect(help.stdout).toContain(`\n  ${command} `);
  }
  expect(version).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
});

test.each([
  ['an unknown command', ['frobnicate']],
  ['an unknown option', ['facility', 'list', '--colour']],
  ['a missing subcommand', ['facility']],
  ['a missing argument', ['facility', 'add']],
  ['a missing option', ['facility', 'add', 'NEW_YORK', '--name', 'New York']],
  ['an argument too many', ['migrate', 'now']],
  ['a number that is none', ['group', 'set', 'FAC_GRP', '--threshold', '1.5']],
  ['a time without an offset', ['group', 'add', 'FAC_GRP', 'X', '--from', '2026-11-24T12:00:00']],
  ['a day that does not exist', ['group', 'add', 'FAC_GRP', 'X', '--from', '2026-02-30T12:00:00Z']],
  ['a control character', ['product', 'add', 'P1', '--sku', 'A\nB']],
])('%s is wrong usage: exit code 2, the error on stderr, nothing on stdout', async (_, args) => {
  const atp = await atpWith({});

  const ran = await atp.run(...args);

  expect(ran.exitCode).toBe(2);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).not.toBe('');
  expect(await atp.failure(...args)).toMatch(/ 2$/);
});

test.each([
  ['pipelin', "' (Did you mean pipeline?)\n"],
  ['group ad FAC_GRP BROADWAY', "' (Did you mean add?)\n"],
  ['shop set acme --tokn env:ACME', "' (Did you mean --token?)\n"],
])('what is mistyped in `atp %s` is recognised', async (line, suggestion) => {
  const atp = await atpWith({});

  const { stderr, exitCode } = await atp.run(...line.split(' '));

  expect(exitCode).toBe(2);
  expect(stderr).toContain(suggestion);
});

test('an error is printed as code, message and hint', async () => {
  const atp = await atpWith({});

  const { stderr } = await atp.run('facility', 'list');

  expect(stderr).toMatch(
    /^CONFIG_INVALID: The configuration is not valid: DATABASE_URL is not set\.\n {2}\S/,
  );
});

test('a worker names everything that is missing at once', async () => {
  const atp = await atpWith({});

  const { stderr, exitCode } = await atp.run('worker');

  expect(exitCode).toBe(2);
  for (const name of ['DATABASE_URL', 'SFTP_URL', 'SFTP_HOST_KEY'])
    expect(stderr).toContain(`${name} is not set`);
});

test('a database that cannot be reached is a failure, not a wrong input', async () => {
  const atp = await atpWith({ DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/none' });

  const ran = await atp.run('facility', 'list', '--json');

  expect(ran.exitCode).toBe(1);
  expect(ran.stderr).toContain('DATABASE_UNREACHABLE');
  expect(ran.stderr).not.toContain('secret-word');
});

test('a Temporal that cannot be reached is reported within the timeout', async () => {
  const { url } = await freshDatabase();
  const atp = await atpWith({ DATABASE_URL: url, TEMPORAL_ADDRESS: '127.0.0.1:1' });

  expect(await atp.failure('job', 'run', 'import')).toBe('TEMPORAL_UNREACHABLE 1');
});
