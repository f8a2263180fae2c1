// Installs what is missing, before npm's own scripts (predemo, pretest, precheck). Runs on any Node from 20.19 on:
// the Node of the project, which runs everything else, is one of the things that may be missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** npm writes it last, so it is there when an install is complete. */
const installed = join(root, 'node_modules/.package-lock.json');
const lockfile = join(root, 'package-lock.json');
const bundledNode = join(root, 'node_modules/.bin/node');
/** From here on, Node runs TypeScript without a flag. */
const NODE_MINIMUM = [22, 18];

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) install();
checkNode();

function install() {
  process.stderr.write('Installing dependencies (once; about half a minute) …\n');
  // Only the packages that need it may run a script of theirs. npm before 11 does not know that list, so it is
  // applied here: nothing runs in the install, and these are built after it.
  npm(['ci', '--ignore-scripts']);
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const allowed = Object.keys(allowScripts)
    .filter((name) => allowScripts[name])
    .filter((name) => existsSync(join(root, 'node_modules', name)));
  if (allowed.length === 0) return;
  // Were it broken off between the two, the next run must begin again.
  renameSync(installed, `${installed}.unbuilt`);
  npm(['rebuild', ...allowed]);
  renameSync(`${installed}.unbuilt`, installed);
}

function npm(args) {
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  // npm tells its scripts where it is itself; it need not be on PATH.
  const path = process.env.npm_execpath;
  const [command, first] = path?.endsWith('.js') ? [process.execPath, [path]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...args, ...quiet], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) return;
  const reason = error ? error.message : `it ended with exit code ${status}`;
  fail(
    `npm ${args[0]} did not succeed: ${reason}`,
    'Check the network and the npm registry, then try again.',
  );
}

/** npm's scripts run with `node_modules/.bin` first on PATH. */
function checkNode() {
  const node = existsSync(bundledNode) ? bundledNode : process.execPath;
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const version = status === 0 ? stdout.trim() : 'nothing that can be executed';
  const [major, minor] = version.slice(1).split('.').map(Number);
  if (major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])) return;
  fail(
    `${node} is ${version}, and the project needs Node ${NODE_MINIMUM.join('.')} or newer`,
    'On Linux and macOS the project brings its own: run `npm ci`. Elsewhere, install Node 24.',
  );
}

function fail(reason, hint) {
  process.stderr.write(`Set-up failed: ${reason}.\n${hint}\n`);
  process.exit(1);
}
