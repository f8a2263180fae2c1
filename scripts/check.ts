/**
 * `npm run check`: finds everything that can be found without running the product. All checks run at the same time,
 * whatever the others find. Each failure prints the command that mends it, or says how to. Exit 1 if any failed.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { env, stdout } from 'node:process';

interface Check {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly fix: string;
}

const FOLDERS = ['src', 'web', 'workflows', 'activities', 'scripts', 'test'];

const CHECKS: readonly Check[] = [
  {
    name: 'format',
    command: ['prettier', '--check', '--log-level', 'warn', '.'],
    fix: 'npx prettier --write .',
  },
  {
    name: 'lint',
    command: ['eslint', '--max-warnings', '0', '.'],
    fix: 'npx eslint --fix .   (what is left then is yours to decide)',
  },
  {
    name: 'types',
    command: ['tsc', '--project', '.', '--pretty', 'false'],
    fix: 'correct the lines above; npx tsc --project . --watch shows what is left',
  },
  {
    name: 'types of the console',
    command: ['tsc', '--project', 'web', '--pretty', 'false'],
    fix: 'correct the lines above; npx tsc --project web --watch shows what is left',
  },
  {
    name: 'import rules',
    command: ['depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', ...FOLDERS],
    fix: 'move the code to where its imports are allowed; ARCHITECTURE.md, "Folders", says where that is',
  },
  {
    name: 'dead code',
    command: ['knip', '--no-progress'],
    fix: 'remove what nothing uses; what is used in a way that knip cannot see is named in knip.json',
  },
  {
    name: 'error reference',
    command: ['node', 'scripts/write-errors-reference.ts', '--check'],
    fix: 'node scripts/write-errors-reference.ts',
  },
  {
    name: 'command reference',
    command: ['node', 'scripts/write-cli-reference.ts', '--check'],
    fix: 'node scripts/write-cli-reference.ts   (and write by hand what each command does)',
  },
  {
    name: 'operation reference',
    command: ['node', 'scripts/write-operations-reference.ts', '--check'],
    fix: 'node scripts/write-operations-reference.ts',
  },
  {
    name: 'benchmarks',
    command: ['node', 'scripts/write-benchmarks.ts', '--check'],
    fix: 'node scripts/write-benchmarks.ts',
  },
];

const PROJECT = join(import.meta.dirname, '..');

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: string;
}

function run({ command: [program, ...args] }: Check): Promise<Outcome> {
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const path = [join(PROJECT, 'node_modules/.bin'), env['PATH']].join(delimiter);
  const child = spawn(program, args, { cwd: PROJECT, env: { ...env, PATH: path } });
  let output = '';
  const end = (passed: boolean) =>
    resolve({ passed, output, seconds: ((performance.now() - started) / 1000).toFixed(1) });
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.on('error', (error) => {
    output += error.message;
    end(false);
  });
  child.on('close', (code) => end(code === 0));
  return promise;
}

const runs = CHECKS.map((check) => ({ check, outcome: run(check) }));
const failed: string[] = [];
for (const { check, outcome } of runs) {
  const { passed, output, seconds } = await outcome;
  stdout.write(`${passed ? '✔' : '✘'} ${check.name} (${seconds} s)\n`);
  if (passed) continue;
  failed.push(check.name);
  stdout.write(`\n${output.trim()}\n\n  to fix: ${check.fix}\n\n`);
}
stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}.\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
