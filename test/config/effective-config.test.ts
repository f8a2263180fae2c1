import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { VARIABLES } from '../../src/config/config.ts';
import { readEffectiveConfig } from '../../src/config/effective-config.ts';
import { cleanUp } from '../setup/clean-up.ts';

const HOST_KEY = `SHA256:${'A'.repeat(43)}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atp-effective-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
});

/** `name value ← from` of the variables that have a value. */
function told(variables: Readonly<Record<string, string>> = {}): string[] {
  const surroundings = { variables: { ATP_STATE_DIR: folder, HOME: folder, ...variables }, folder };
  return readEffectiveConfig(surroundings)
    .variables.filter(({ value }) => value !== null)
    .map(({ name, value, from, isIgnored }) => `${name} ${value} ← ${from}${isIgnored ? ', ignored' : ''}`);
}

test('every variable of the reference is there, set or not', () => {
  const { variables } = readEffectiveConfig({ variables: { ATP_STATE_DIR: folder }, folder });
  expect(variables.map(({ name }) => name)).toEqual([...VARIABLES.inDotEnv, ...VARIABLES.inEnvironmentOnly]);
});

test('each value comes with its place: the environment, .env, stack.env or a default', async () => {
  await writeFile(
    join(folder, '.env'),
    'DATABASE_URL=postgres://atp@localhost/mine\nTEMPORAL_NAMESPACE=acme\n',
  );
  await writeFile(
    join(folder, 'stack.env'),
    `DATABASE_URL=postgres://stack@127.0.0.1:5555/atp\nSFTP_URL=sftp://atp@127.0.0.1:5022/\nSFTP_HOST_KEY=${HOST_KEY}\n`,
  );

  expect(told({ SHOPIFY_API_VERSION: '2026-07', SFTP_PRIVATE_KEY_FILE: '/a/key' })).toEqual([
    'DATABASE_URL postgres://atp@localhost/mine ← .env',
    'SFTP_URL sftp://atp@127.0.0.1:5022/ ← stack.env',
    `SFTP_HOST_KEY ${HOST_KEY} ← stack.env`,
    // It was meant for another server than the stack's.
    'SFTP_PRIVATE_KEY_FILE /a/key ← environment, ignored',
    'TEMPORAL_ADDRESS localhost:7233 ← default',
    'TEMPORAL_NAMESPACE acme ← .env',
    'SHOPIFY_API_VERSION 2026-07 ← environment',
    `ATP_STATE_DIR ${folder} ← environment`,
  ]);
});

test('the environment wins over .env', async () => {
  await writeFile(join(folder, '.env'), 'TEMPORAL_ADDRESS=of-file:7233\n');
  expect(told({ TEMPORAL_ADDRESS: 'of-process:7233' })).toContain(
    'TEMPORAL_ADDRESS of-process:7233 ← environment',
  );
});

test('an address in temporal.toml is told as that', async () => {
  const file = join(folder, 'temporal.toml');
  await writeFile(file, '[profile.default]\naddress = "prod:7233"\n');
  expect(told({ TEMPORAL_CONFIG_FILE: file })).toContain('TEMPORAL_ADDRESS prod:7233 ← temporal.toml');
});

test('no secret is shown, wherever it was put', async () => {
  const secrets = {
    DATABASE_URL: 'postgres://atp:canary-1@db.example.com/atp?sslmode=verify-full&password=canary-2',
    SFTP_URL: 'canary-3',
    TEMPORAL_API_KEY: 'canary-4',
    TEMPORAL_TLS_CLIENT_KEY_DATA: 'canary-5',
    TEMPORAL_UI_URL: 'https://ann:canary-6@temporal.example.com',
    TEMPORAL_ADDRESS: 'temporal.example.com:7233',
    TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer canary-7',
  };
  const surroundings = { variables: { ATP_STATE_DIR: folder, HOME: folder, ...secrets }, folder };

  const config = readEffectiveConfig(surroundings);

  expect(JSON.stringify(config)).not.toContain('canary');
  expect(told(secrets)).toContain(
    'DATABASE_URL postgres://atp:***@db.example.com/atp?sslmode=verify-full&password=*** ← environment',
  );
  expect(told(secrets)).toContain('TEMPORAL_TLS_CLIENT_KEY_DATA *** ← environment');
  expect(config.fault).toContain('SFTP_URL must be');
});

test('a service that nobody names is no fault', () => {
  const { fault } = readEffectiveConfig({ variables: { ATP_STATE_DIR: folder }, folder });
  expect(fault).toBeNull();
});
