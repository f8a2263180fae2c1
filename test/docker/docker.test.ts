/** Checks the set-up of the containers as far as a machine without Docker can: Compose reads its file where it is installed. */
import { execFile, execFileSync } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../setup/parts-desk.ts';

const PROJECT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

test('the build of the image gets only what the image is made of: no key, no .env, no state', async () => {
  const [first, ...others] = (await readFile(join(PROJECT, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  expect(others.toSorted()).toEqual([
    '!.npmrc',
    '!LICENSE',
    '!activities',
    '!bin',
    '!package-lock.json',
    '!package.json',
    '!src',
    '!tsconfig.json',
    '!web',
    '!workflows',
  ]);
});

test.skipIf(findCompose() === null)('Compose accepts docker-compose.yml', async () => {
  const [program = '', ...args] = findCompose() ?? [];
  await run(program, [...args, 'config', '--quiet'], {
    cwd: PROJECT,
    env: {
      ...process.env,
      POSTGRES_PASSWORD: 'one',
      TEMPORAL_POSTGRES_PASSWORD: 'two',
      SFTP_HOST_KEY: `SHA256:${'A'.repeat(43)}`,
    },
  });
});

test('every image of others is pinned by its digest', async () => {
  const compose = await readFile(join(PROJECT, 'docker-compose.yml'), 'utf8');
  const dockerfile = await readFile(join(PROJECT, 'Dockerfile'), 'utf8');
  const images = [
    ...[...compose.matchAll(/^ +image: (\S+)$/gm)].map(([, image = '']) => image),
    ...[...dockerfile.matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map(([, image = '']) => image),
  ].filter((image) => image !== 'atp-sync');

  expect(images.length).toBeGreaterThan(5);
  expect(images.filter((image) => !/@sha256:[0-9a-f]{64}\}?$/.test(image))).toEqual([]);
  expect(dockerfile.match(/^FROM (?!\$\{NODE_IMAGE\})/gm)).toBeNull();
});

test.each(['docs/guides/docker.md', 'docker-compose.yml'])(
  'the passwords that %s tells to write into .env are for the owner alone, also in a file that is there',
  async (document) => {
    const text = (await readFile(join(PROJECT, document), 'utf8')).replaceAll(/^#? {4,5}/gm, '');
    const [commands = ''] = /^touch \.env[^]*?^END$/m.exec(text) ?? [];
    const folder = await openFolder('atp-test-env-');
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, '.env'), 'OTHER=1\n', { mode: 0o644 });
    const programs = 'openssl() { echo hex; }; ssh-keygen() { echo 256 SHA256:key; }';

    await run('bash', ['-c', `umask 022; ${programs}; ${commands}\n`], { cwd: folder });

    expect((await stat(join(folder, '.env'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, '.env'), 'utf8')).toMatch(/^OTHER=1\nPOSTGRES_PASSWORD=hex\n/);
  },
);

/** The command of Compose on this machine, or null. Version 1 does not know today's format, so it does not count. */
function findCompose(): readonly string[] | null {
  return [['docker', 'compose'], ['docker-compose']].find(isComposeOfToday) ?? null;
}

function isComposeOfToday([program = '', ...args]: readonly string[]): boolean {
  try {
    const version = execFileSync(program, [...args, 'version', '--short'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number.parseInt(version.replace(/^v/, ''), 10) >= 2;
  } catch {
    return false;
  }
}
