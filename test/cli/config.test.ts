import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig, loadExistingServices } from '../../src/config/config.ts';
import type { AtpError } from '../../src/domain/errors.ts';

const HOST_KEY = `SHA256:${'A'.repeat(43)}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atp-config-'));
  const outside = Object.keys(process.env).filter((name) =>
    /^(DATABASE_URL|SFTP_|TEMPORAL_|SHOPIFY_|ATP_)/.test(name),
  );
  for (const name of outside) vi.stubEnv(name, undefined);
  vi.stubEnv('ATP_STATE_DIR', folder);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('XDG_CONFIG_HOME', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function given(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

function faultsOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect((error as AtpError).code).toBe('CONFIG_INVALID');
    return (error as AtpError).message;
  }
  throw new Error('It was taken.');
}

test('the error names every fault of the configuration at once, and no value', () => {
  given({
    DATABASE_URL: 'mysql://atp:pass-one@host/db',
    SFTP_URL: 'ftp://user:pass-two@host/drop',
    SFTP_HOST_KEY: 'pass-three',
    SHOPIFY_API_VERSION: '2026-11',
  });

  const message = faultsOf(() => loadConfig(['database', 'sftp', 'temporal']));

  for (const name of ['DATABASE_URL', 'SFTP_URL', 'SFTP_HOST_KEY', 'SHOPIFY_API_VERSION']) {
    expect(message).toContain(name);
  }
  expect(message).not.toMatch(/pass-/);
});

test('an address of Postgres on another machine must say how the connection is protected, and with which files', () => {
  given({ DATABASE_URL: 'postgres://atp:pass-one@db.example.com/atp' });
  const unsaid = faultsOf(() => loadConfig(['database']));
  expect(unsaid).toContain('?sslmode=verify-full');
  expect(unsaid).not.toMatch(/pass-/);

  given({ DATABASE_URL: 'postgres://atp@db.example.com/atp?sslmode=require&sslrootcert=/nowhere/ca.pem' });
  expect(faultsOf(() => loadConfig(['database']))).toContain('/nowhere/ca.pem');
});

test('a version of the Admin API that our requests do not fit is refused, and the oldest that fits is named', () => {
  for (const [version, isRefused] of [
    ['2026-01', true],
    ['2025-10', true],
    ['2026-04', false],
    ['2027-01', false],
    ['2030-10', false],
  ] as const) {
    given({ SHOPIFY_API_VERSION: version });
    if (isRefused) expect(faultsOf(() => loadConfig([]))).toContain('2026-04');
    else expect(loadConfig([]).shopifyApiVersion).toBe(version);
  }
});

test('a process requires only the variables that it needs', () => {
  given({ DATABASE_URL: 'postgres://atp@localhost/atp' });

  expect(loadConfig(['database']).databaseUrl).toBe('postgres://atp@localhost/atp');
  expect(faultsOf(() => loadConfig(['database', 'sftp']))).toMatch(
    /SFTP_URL is not set.*SFTP_HOST_KEY is not set/,
  );
});

test('host, port, user, root and password of SFTP come from the URL, decoded', () => {
  given({
    SFTP_URL: 'sftp://atp%40acme:p%2Fw@sftp.example.com:2222/drop/in%20here/',
    SFTP_HOST_KEY: HOST_KEY,
  });

  expect(loadConfig(['sftp']).sftp).toEqual({
    host: 'sftp.example.com',
    port: 2222,
    username: 'atp@acme',
    password: 'p/w',
    privateKeyFile: null,
    hostKey: HOST_KEY,
    root: '/drop/in here',
  });
});

test('SFTP needs a pinned host key, and a password or a key file that can be read', async () => {
  given({ SFTP_URL: 'sftp://atp@host/drop' });
  expect(faultsOf(() => loadConfig(['sftp']))).toContain('SFTP_HOST_KEY is not set');

  given({ SFTP_HOST_KEY: HOST_KEY });
  expect(faultsOf(() => loadConfig(['sftp']))).toContain('SFTP_PRIVATE_KEY_FILE is not set');

  const keyFile = join(folder, 'key');
  given({ SFTP_PRIVATE_KEY_FILE: keyFile });
  expect(faultsOf(() => loadConfig(['sftp']))).toContain('SFTP_PRIVATE_KEY_FILE names no readable file');

  await writeFile(keyFile, 'key');
  expect(loadConfig(['sftp']).sftp).toMatchObject({ port: 22, privateKeyFile: keyFile, root: '/drop' });
});

test('the environment wins over the embedded stack’s file, and what is empty counts as absent', async () => {
  await writeFile(
    join(folder, 'stack.env'),
    'DATABASE_URL=postgres://stack@127.0.0.1:5555/atp\nTEMPORAL_ADDRESS=127.0.0.1:7777\n',
  );
  given({ DATABASE_URL: '', TEMPORAL_ADDRESS: 'temporal.example.com:7233' });

  const config = loadConfig(['database', 'temporal']);

  expect(config.databaseUrl).toBe('postgres://stack@127.0.0.1:5555/atp');
  expect(config.temporal).toMatchObject({ address: 'temporal.example.com:7233', isConfigured: true });
});

test('the settings of a service all come from the stack or all from the environment', async () => {
  await writeFile(
    join(folder, 'stack.env'),
    `SFTP_URL=sftp://atp:own@127.0.0.1:5022/\nSFTP_HOST_KEY=${HOST_KEY}\nTEMPORAL_ADDRESS=127.0.0.1:7777\n`,
  );
  const otherKey = `SHA256:${'B'.repeat(43)}`;
  // These belong to services of somebody else that no address points to.
  given({ SFTP_HOST_KEY: otherKey, TEMPORAL_API_KEY: 'key', TEMPORAL_NAMESPACE: 'atp.acme' });
  expect(loadConfig(['sftp']).sftp.hostKey).toBe(HOST_KEY);
  expect(loadConfig(['temporal']).temporal).toMatchObject({
    namespace: 'default',
    connection: { address: '127.0.0.1:7777' },
  });
  expect(loadConfig(['temporal']).temporal.connection.apiKey).toBeUndefined();
  expect(loadExistingServices().sftp).toBeUndefined();

  given({ SFTP_URL: 'sftp://atp:theirs@host/drop', TEMPORAL_ADDRESS: 'cloud:7233' });
  expect(loadConfig(['sftp']).sftp).toMatchObject({ hostKey: otherKey, password: 'theirs' });
  expect(loadConfig(['temporal']).temporal).toMatchObject({
    namespace: 'atp.acme',
    connection: { address: 'cloud:7233', apiKey: 'key' },
  });
  expect(loadExistingServices()).toMatchObject({
    sftp: { host: 'host' },
    temporal: { address: 'cloud:7233' },
  });
  expect(loadExistingServices().databaseUrl).toBeUndefined();
});

test('Temporal is configured by its tools’ defaults, by the environment alone, or by a profile of temporal.toml', async () => {
  expect(loadConfig(['temporal']).temporal).toMatchObject({
    address: 'localhost:7233',
    namespace: 'default',
    isConfigured: false,
  });

  given({
    TEMPORAL_ADDRESS: 'us-east-1.aws.api.temporal.io:7233',
    TEMPORAL_NAMESPACE: 'atp.acme',
    TEMPORAL_API_KEY: 'key',
  });
  expect(loadConfig(['temporal']).temporal).toMatchObject({
    namespace: 'atp.acme',
    connection: { address: 'us-east-1.aws.api.temporal.io:7233', apiKey: 'key', tls: true },
  });

  const file = join(folder, 'temporal.toml');
  await writeFile(file, '[profile.prod]\naddress = "prod:7233"\nnamespace = "prod"\n');
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY'])
    vi.stubEnv(name, undefined);
  given({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'prod' });
  expect(loadConfig(['temporal']).temporal).toMatchObject({ address: 'prod:7233', namespace: 'prod' });
});

test('a broken temporal.toml is a fault that does not repeat its lines', async () => {
  const file = join(folder, 'temporal.toml');
  await writeFile(file, '[profile.default]\napi_key = "pass-word\n');
  given({ TEMPORAL_CONFIG_FILE: file });

  expect(faultsOf(() => loadConfig(['temporal']))).not.toContain('pass-word');
});

test('the configuration cannot be changed afterwards', () => {
  given({ DATABASE_URL: 'postgres://atp@localhost/atp' });
  const config = loadConfig(['database', 'temporal']);

  expect(() => Object.assign(config, { databaseUrl: 'x' })).toThrow();
  expect(() => Object.assign(config.temporal.connection, { address: 'x' })).toThrow();
});

test('metrics are told on the loopback, unless somebody names another address or switches them off', () => {
  expect(loadConfig([]).metricsAddress).toEqual({ host: '127.0.0.1', port: 9464, isGiven: false });
  for (const [address, read] of [
    ['0.0.0.0:9000', { host: '0.0.0.0', port: 9000, isGiven: true }],
    ['[::1]:9000', { host: '::1', port: 9000, isGiven: true }],
    ['off', null],
  ] as const) {
    given({ ATP_METRICS_ADDRESS: address });
    expect(loadConfig([]).metricsAddress).toEqual(read);
  }
  for (const wrong of ['9464', 'http://127.0.0.1:9464', '127.0.0.1:', '127.0.0.1:70000']) {
    given({ ATP_METRICS_ADDRESS: wrong });
    expect(faultsOf(() => loadConfig([]))).toContain('ATP_METRICS_ADDRESS must be host:port, or off');
  }
});

test('the log begins at info, and at no level that does not exist', () => {
  expect(loadConfig([]).logLevel).toBe('info');
  given({ ATP_LOG_LEVEL: 'debug' });
  expect(loadConfig([]).logLevel).toBe('debug');
  given({ ATP_LOG_LEVEL: 'loud' });
  expect(faultsOf(() => loadConfig([]))).toContain('ATP_LOG_LEVEL must be one of debug, info, warn, error');
});
