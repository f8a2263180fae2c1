#!/usr/bin/env node
// Starts the `atp` command: in this process where its Node will do, else in a process on the project's own Node.
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCacheFolder } from './compile-cache.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundled = join(root, 'node_modules/.bin/node');
const hasBundled = existsSync(bundled);
const args = process.argv.slice(2);

// npm writes this file last, so it is missing when an install was broken off.
if (!existsSync(join(root, 'node_modules/.package-lock.json')) || !(hasBundled || isNode(22, 18))) {
  process.stderr.write(
    'The dependencies are not installed, or not for this platform: run `npm install` first.\n',
  );
  process.exit(2);
}

// In the environment, so that the processes that this one starts use it as well.
const cache = process.env.NODE_COMPILE_CACHE ?? compileCacheFolder(root);
if (cache) process.env.NODE_COMPILE_CACHE = cache;

const options = args[0] === 'worker' ? workerOptions() : [];
if (args[0] === 'worker') endWithNpm();
if (canRunHere()) {
  if (cache) module.enableCompileCache?.(cache);
  await import('../src/main/cli.ts');
} else {
  await spawnCli();
}

/** Node 24 before 24.3 warns of TypeScript on stderr; other versions than 24 serve only where the project has no own one. */
function canRunHere() {
  const isRightNode = hasBundled ? isNode(24, 3) && !isNode(25, 0) : true;
  return isRightNode && options.every((option) => process.execArgv.includes(option));
}

/** A worker's heap is kept small: Node would let it grow with the machine's memory, and give nothing back. */
function workerOptions() {
  return JSON.parse(readFileSync(join(root, 'bin/worker-options.json'), 'utf8')).node;
}

/**
 * `npx atp worker` runs below npm and a shell. A signal to npm ends these two, and does not come here: the worker would go
 * on without anybody who knows of it. So it ends in good order when its parent is gone. A worker that somebody starts
 * without npm outlives its parent, as any daemon does.
 */
function endWithNpm() {
  if (process.env.npm_command === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 1_000);
  watch.unref();
}

async function spawnCli() {
  const { spawn } = await import('node:child_process');
  const { constants } = await import('node:os');
  const node = hasBundled ? bundled : process.execPath;
  const quiet = '--disable-warning=ExperimentalWarning';
  const cli = spawn(node, [quiet, ...options, join(root, 'src/main/cli.ts'), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => cli.kill(signal));
  cli.on('error', (error) => {
    process.stderr.write(`${node} cannot be executed: ${error.message}. Run \`npm install\` again.\n`);
    process.exitCode = 2;
  });
  cli.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

/** Whether this process runs on that version of Node or a later one. */
function isNode(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
