/** bin/atp.mjs: which process runs the command, what it passes on, and where Node keeps the compiled code. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import workerOptions from '../../bin/worker-options.json' with { type: 'json' };
import { openFolder } from '../setup/parts-desk.ts';
import type { Readable } from 'node:stream';

const PROJECT = join(import.meta.dirname, '../..');

/** In place of the command: tells how it was started; as `worker` it goes on until SIGTERM. */
const COMMAND = `
import { getCompileCacheDir } from 'node:module';
const [name, exitCode]: string[] = process.argv.slice(2);
process.on('SIGTERM', () => process.exit(7));
if (name === 'worker') setInterval(() => undefined, 1000);
const told = { pid: process.pid, arguments: process.argv.slice(2), options: process.execArgv, cache: getCompileCacheDir() ?? null };
process.stdout.write(JSON.stringify(told) + '\\n', () => {
  if (name !== 'worker') process.exit(Number(exitCode));
});
`;

interface Told {
  readonly pid: number;
  readonly arguments: readonly string[];
  readonly options: readonly string[];
  readonly cache: string | null;
}

test('the command runs in the process that was started, when its Node is the right one', async () => {
  const { atp, exitCode } = await launch(await project(), ['lane', '4']);
  expect(await told(atp)).toMatchObject({ pid: atp.pid, arguments: ['lane', '4'], options: [] });
  expect(await exitCode).toBe(4);
});

test('the worker runs in a process with its own heap; SIGTERM reaches it, and its exit code comes back', async () => {
  const { atp, exitCode } = await launch(await project(), ['worker']);
  const { pid, options } = await told(atp);
  expect(pid).not.toBe(atp.pid);
  expect(options).toEqual(expect.arrayContaining(workerOptions.node));
  atp.kill('SIGTERM');
  expect(await exitCode).toBe(7);
});

test('a worker that is killed ends the launcher with 128 and the number of the signal', async () => {
  const { atp, exitCode } = await launch(await project(), ['worker']);
  process.kill((await told(atp)).pid, 'SIGKILL');
  expect(await exitCode).toBe(128 + 9);
});

test('the code stays compiled in node_modules, for the command and for the worker', async () => {
  const root = await project();
  const cache = join(root, 'node_modules/.cache/atp');
  for (const args of [['lane', '0'], ['worker']]) {
    const { atp, exitCode } = await launch(root, args);
    expect((await told(atp)).cache).toMatch(new RegExp(`^${cache}/`));
    atp.kill('SIGTERM');
    await exitCode;
    const [folder = ''] = await readdir(cache);
    expect(await readdir(join(cache, folder))).not.toEqual([]);
  }
});

test('a damaged cache is not used', async () => {
  const root = await project();
  const cache = join(root, 'node_modules/.cache/atp');
  const first = await launch(root, ['lane', '0']);
  await first.exitCode;
  const [folder = ''] = await readdir(cache);
  for (const name of await readdir(join(cache, folder)))
    await writeFile(join(cache, folder, name), 'damaged');
  const { atp, exitCode, stderr } = await launch(root, ['lane', '3']);
  expect((await told(atp)).arguments).toEqual(['lane', '3']);
  expect([await exitCode, await stderr]).toEqual([3, '']);
});

test('a cache with too many folders is removed and begins anew', async () => {
  const root = await project();
  const cache = join(root, 'node_modules/.cache/atp');
  for (const name of ['v1', 'v2', 'v3', 'v4', 'v5']) await mkdir(join(cache, name), { recursive: true });
  await (
    await launch(root, ['lane', '0'])
  ).exitCode;
  expect(await readdir(cache)).toHaveLength(1);
});

test('without a folder for the cache the command does the same, and says nothing', async () => {
  const root = await project();
  await writeFile(join(root, 'node_modules/.cache'), 'no folder');
  const { atp, exitCode, stderr } = await launch(root, ['lane', '3']);
  expect(await told(atp)).toMatchObject({ arguments: ['lane', '3'], cache: null });
  expect([await exitCode, await stderr]).toEqual([3, '']);
});

test('NODE_COMPILE_CACHE names another folder, or none when it is empty', async () => {
  const root = await project();
  for (const folder of [join(root, 'other'), '']) {
    const { atp, exitCode } = await launch(root, ['lane', '0'], { NODE_COMPILE_CACHE: folder });
    const { cache } = await told(atp);
    if (folder === '') expect(cache).toBeNull();
    else expect(cache).toMatch(new RegExp(`^${folder}/`));
    await exitCode;
    await expect(readdir(join(root, 'node_modules/.cache'))).rejects.toThrow('ENOENT');
  }
});

test('an install that was broken off is told, with what to type', async () => {
  const root = await project();
  await rm(join(root, 'node_modules/.package-lock.json'));
  const { exitCode, stderr } = await launch(root, ['lane', '0']);
  expect(await exitCode).toBe(2);
  expect(await stderr).toBe(
    'The dependencies are not installed, or not for this platform: run `npm install` first.\n',
  );
});

/** A project that consists of bin, a command and a Node of its own. */
async function project(): Promise<string> {
  const root = await openFolder('atp-test-launcher-');
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'src/main'), { recursive: true });
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true });
  await Promise.all([
    cp(join(PROJECT, 'bin'), join(root, 'bin'), { recursive: true }),
    writeFile(join(root, 'package.json'), '{ "type": "module" }'),
    writeFile(join(root, 'src/main/cli.ts'), COMMAND),
    writeFile(join(root, 'node_modules/.package-lock.json'), '{}'),
    symlink(process.execPath, join(root, 'node_modules/.bin/node')),
  ]);
  return root;
}

type Launched = ChildProcessByStdio<null, Readable, Readable>;

async function launch(
  root: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ atp: Launched; exitCode: Promise<number | null>; stderr: Promise<string> }> {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const atp = spawn(process.execPath, [join(root, 'bin/atp.mjs'), ...args], {
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exitCode = once(atp, 'exit').then(([code]) => code as number | null);
  return { atp, exitCode, stderr: text(atp.stderr) };
}

async function told({ stdout }: Launched): Promise<Told> {
  const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string];
  return JSON.parse(line) as Told;
}
