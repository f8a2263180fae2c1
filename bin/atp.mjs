#!/usr/bin/env node
// Starts the `atp` command on the project's own Node, whatever Node `npx` has found.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundled = join(root, 'node_modules/.bin/node');
const node = existsSync(bundled) ? bundled : process.execPath;

if (!existsSync(join(root, 'node_modules')) || (node !== bundled && !runsTypeScript())) {
  process.stderr.write(
    'The dependencies are not installed, or not for this platform: run `npm install` first.\n',
  );
  process.exit(2);
}

const args = process.argv.slice(2);
const options = args[0] === 'worker' ? workerOptions() : [];
const cli = spawn(node, [...options, join(root, 'src/main/cli.ts'), ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => cli.kill(signal));
cli.on('error', (error) => {
  process.stderr.write(`${node} cannot be executed: ${error.message}. Run \`npm install\` again.\n`);
  process.exitCode = 2;
});
cli.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});

/** The heap of a worker is kept small: Node would let it grow with the machine's memory, and give nothing back. */
function workerOptions() {
  return JSON.parse(readFileSync(join(root, 'bin/worker-options.json'), 'utf8')).node;
}

function runsTypeScript() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}
