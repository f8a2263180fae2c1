/** `atp serve` as a process: where it listens, when it does not, and how it ends. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { AtpError } from '../../src/domain/errors.ts';
import { SCRATCH_KEPT_HOURS, SERVICE_CHECK_TIMEOUT_MS } from '../../src/domain/limits.ts';
import { atpProcess, type Atp } from '../cli/atp.ts';
import { makeCertificate } from '../setup/certificate.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

test('it listens on this machine, lets in whoever has a token, and ends in good order', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const atp = await atpProcess({ DATABASE_URL: databaseUrl, ATP_API_ADDRESS: '127.0.0.1:0' });
  const { token } = await atp.json<{ readonly token: string }>(['token', 'add', 'ci', '--role', 'viewer']);
  const { server, url, said } = await serve(atp);

  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/api/facility/list`)).status).toBe(401);
  const answer = await fetch(`${url}/api/facility/list`, { headers: { authorization: `Bearer ${token}` } });
  expect(await answer.json()).toEqual({ facilities: [], total: 0, next: null });

  server.kill('SIGTERM');
  const [exitCode] = (await once(server, 'exit')) as [number | null];
  expect(exitCode).toBe(0);
  expect(said()).not.toContain(token);
});

test('files that a killed server has left are removed', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const { folder } = await atpProcess({});
  const left = join(folder, 'atp-sync-scratch-killed');
  const atUse = join(folder, 'atp-sync-scratch-at-use');
  for (const path of [left, atUse]) {
    await mkdir(path);
    await writeFile(join(path, 'RESET_INVENTORY__monday.csv'), 'half of it');
  }
  const longAgo = Date.now() / 1000 - (SCRATCH_KEPT_HOURS + 1) * 60 * 60;
  await utimes(left, longAgo, longAgo);
  await serve(
    await atpProcess({ DATABASE_URL: databaseUrl, ATP_API_ADDRESS: '127.0.0.1:0', TMPDIR: folder }),
  );

  expect(await readdir(folder)).toContain('atp-sync-scratch-at-use');
  expect(await readdir(folder)).not.toContain('atp-sync-scratch-killed');
});

async function serve(atp: Atp) {
  const server = atp.start('serve');
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    server.once('exit', () => reject(new Error(`It has ended: ${said}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, found] = /The API is at (https?:\S+)\n/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { server, url, said: () => said };
}

test('it speaks TLS with a certificate of its own', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const { folder } = await atpProcess({});
  const { cert, key } = await makeCertificate(folder, 'localhost');
  const atp = await atpProcess({
    DATABASE_URL: databaseUrl,
    ATP_API_ADDRESS: '127.0.0.1:0',
    ATP_API_TLS_CERT_FILE: cert,
    ATP_API_TLS_KEY_FILE: key,
  });
  const { url } = await serve(atp);

  const { port } = new URL(url);
  const request = get(`https://localhost:${port}/api/facility/list`, { ca: await readFile(cert) });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(401);
  expect(response.headers['strict-transport-security']).toContain('max-age');
});

test('a script gives a password as a line on stdin, and the process list does not show it', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const { folder } = await atpProcess({});
  const entry = join(import.meta.dirname, '../../src/main/cli.ts');
  const child = spawn(process.execPath, [entry, 'user', 'add', 'ann', '--role', 'admin', '--json'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ATP_STATE_DIR: folder, DATABASE_URL: databaseUrl },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end('correct horse battery staple\nnot this\n');

  expect(JSON.parse(await text(child.stdout))).toMatchObject({ userName: 'ann', role: 'admin' });
  expect(child.spawnargs.join(' ')).not.toContain('correct');
});

test('its health check says whether it is ready', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const atp = await atpProcess({ DATABASE_URL: databaseUrl, ATP_API_ADDRESS: '127.0.0.1:0' });
  const { server, url } = await serve(atp);
  const check = () =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../src/main/api-health.ts')], {
      // Docker asks again and again: it ends with the answer, long before its patience does.
      ...{ cwd: atp.folder, timeout: SERVICE_CHECK_TIMEOUT_MS / 2 },
      env: { PATH: process.env['PATH'], ATP_API_ADDRESS: new URL(url).host },
    });

  expect((await check()).stderr).toBe('');
  server.kill('SIGTERM');
  await once(server, 'exit');
  await expect(check()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
});

test('it does not stand open on the network before anybody has access', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const atp = await atpProcess({
    DATABASE_URL: databaseUrl,
    ATP_API_ADDRESS: '0.0.0.0:0',
    ATP_API_HOSTS: 'atp.example.com',
    ATP_API_TRUSTED_PROXY: '127.0.0.1',
  });
  expect(await atp.failure('serve')).toBe('API_WITHOUT_ACCESS 1');
});

const OIDC = {
  ATP_OIDC_ISSUER: 'https://id.example.com/realms/shop',
  ATP_OIDC_CLIENT_ID: 'atp-sync',
  ATP_OIDC_CLIENT_SECRET: 'file:/etc/atp-sync/oidc-secret',
  ATP_OIDC_ROLES: '/shop=floor=operator,admins=admin',
};

test('where people sign in at a provider, nobody needs to have an account before', async () => {
  const { url: databaseUrl } = await freshDatabase();
  const atp = await atpProcess({
    DATABASE_URL: databaseUrl,
    ATP_API_ADDRESS: '0.0.0.0:0',
    ATP_API_HOSTS: 'atp.example.com',
    ATP_API_TRUSTED_PROXY: '127.0.0.1',
    ...OIDC,
  });
  const { url } = await serve(atp);
  expect((await fetch(`http://127.0.0.1:${new URL(url).port}/livez`)).status).toBe(200);
});

/** What is wrong with these variables; null: nothing. */
function faultOf(variables: Readonly<Record<string, string>>): string | null {
  try {
    loadConfig([], { variables: { ATP_STATE_DIR: '/nonexistent', ...variables }, folder: '/nonexistent' });
    return null;
  } catch (error) {
    if (error instanceof AtpError) return error.message;
    throw error;
  }
}

const TLS = { ATP_API_TLS_CERT_FILE: '/tls.crt', ATP_API_TLS_KEY_FILE: '/tls.key' };
const HOSTS = { ATP_API_HOSTS: 'atp.example.com,ATP.example.org' };

test.each([
  [{}, null],
  [{ ATP_API_ADDRESS: 'localhost:1' }, null],
  [{ ATP_API_ADDRESS: '[::1]:8420' }, null],
  [{ ATP_API_ADDRESS: '0.0.0.0:8420', ...TLS, ...HOSTS }, null],
  [{ ATP_API_ADDRESS: '[::]:8420', ...HOSTS, ATP_API_TRUSTED_PROXY: '10.0.0.0/24' }, null],
  [{ ATP_API_ADDRESS: '0.0.0.0:8420', ATP_API_PUBLISHED_ON: 'loopback' }, null],
  [{ ATP_API_ADDRESS: '0.0.0.0:8420', ATP_API_PUBLISHED_ON: 'yes' }, 'must be loopback'],
  [{ ATP_API_ADDRESS: '0.0.0.0:8420', ...HOSTS }, 'not on the loopback'],
  [{ ATP_API_ADDRESS: '127.0.0.1.example.com:8420', ...HOSTS }, 'not on the loopback'],
  [{ ATP_API_ADDRESS: '0.0.0.0:8420', ...TLS }, 'ATP_API_HOSTS is not set'],
  [{ ATP_API_ADDRESS: '0.0.0.0:8420', ...HOSTS, ATP_API_TLS_CERT_FILE: '/tls.crt' }, 'go together'],
  [{ ATP_API_ADDRESS: '127.0.0.1' }, 'must be host:port'],
  [{ ATP_API_ADDRESS: '127.0.0.1:70000' }, 'must be host:port'],
  [{ ATP_API_HOSTS: 'https://atp.example.com' }, 'must be names without ports'],
  [{ ATP_API_TRUSTED_PROXY: 'proxy.example.com' }, 'must be the proxy’s IP address'],
  [{ ATP_API_TRUSTED_PROXY: '10.0.0.0/33' }, 'must be the proxy’s IP address'],
  [OIDC, null],
  [{ ...OIDC, ATP_OIDC_ISSUER: 'http://127.0.0.1:9000' }, null],
  [{ ...OIDC, ATP_OIDC_ISSUER: 'http://id.example.com' }, 'ATP_OIDC_ISSUER must be'],
  [{ ...OIDC, ATP_OIDC_ROLES: '' }, 'ATP_OIDC_ROLES is not set'],
  [{ ...OIDC, ATP_OIDC_ROLES: 'admins=owner' }, 'must be <group>=<role>'],
  [{ ...OIDC, ATP_OIDC_CLIENT_SECRET: 'hunter2' }, 'never the secret itself'],
  [{ ...OIDC, ATP_OIDC_SCOPES: 'profile' }, 'openid among them'],
])('with %j it is told: %s', (variables, fault) => {
  if (fault === null) expect(faultOf(variables)).toBeNull();
  else expect(faultOf(variables)).toContain(fault);
  expect(faultOf(variables) ?? '').not.toContain('hunter2');
});
