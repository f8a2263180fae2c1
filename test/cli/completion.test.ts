/** The completion scripts, run by the shells that they are for. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { SHELLS, type Shell } from '../../src/cli/completion-script.ts';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { JOB_NAMES } from '../../src/domain/jobs/jobs.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { atpWith } from './atp.ts';

/**
 * What each shell makes of a command line that ends at the cursor. bash gets the line as readline hands it to the
 * function, zsh asks for the words that its function offers, fish completes the line itself.
 */
const PROGRAMS: Readonly<Record<Shell, (script: string, words: readonly string[]) => readonly string[]>> = {
  bash: (script, words) => [
    '--norc',
    '-c',
    `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _atp; printf '%s\\n' "\${COMPREPLY[@]}"`,
    script,
    ...words,
  ],
  zsh: (script, words) => [
    '-f',
    '-c',
    `compdef() { :; }; source "$0"; _atp_next "\${@[2,-1]}"`,
    script,
    ...words,
  ],
  fish: (script, words) => [
    '--no-config',
    '-c',
    `source $argv[1]; complete -C "$argv[2]"`,
    script,
    words.join(' '),
  ],
};

const INSTALLED = SHELLS.filter((shell) => spawnSync(shell, ['--version']).error === undefined);

test('bash is there, so at least one script is run', () => expect(INSTALLED).toContain('bash'));

describe.each(INSTALLED)('in %s', (shell) => {
  let script: string;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'atp-completion-'));
    cleanUp(() => rm(folder, { recursive: true, force: true }));
    script = join(folder, shell);
    const atp = await atpWith({});
    await writeFile(script, (await atp.run('completion', shell)).stdout);
  });

  /** What is offered for the last word. */
  async function offered(line: string): Promise<string[]> {
    const words = line.split(' ');
    const { stdout } = await promisify(execFile)(shell, PROGRAMS[shell](script, words));
    const last = words.at(-1) ?? '';
    return stdout.split('\n').filter((word) => word !== '' && word.startsWith(last));
  }

  test('commands and subcommands are offered by how they begin', async () => {
    expect(await offered('atp jo')).toEqual(['job']);
    expect((await offered('atp group ')).toSorted()).toEqual(['add', 'create', 'list', 'remove', 'set']);
    expect(await offered('atp group re')).toEqual(['remove']);
    // A file could stand there as well.
    expect(await offered('atp import lis')).toEqual(['list']);
  });

  test('options are those of the command', async () => {
    expect(await offered('atp facility set BROADWAY --cl')).toEqual(['--closed']);
    expect(await offered('atp verify acme --cl')).toEqual([]);
    expect(await offered('atp group --')).toEqual(['--help']);
  });

  test('a value is one of those that the option or the argument takes', async () => {
    expect((await offered('atp group set FAC_GRP --floor ')).toSorted()).toEqual(['off', 'on']);
    expect((await offered('atp job run ')).toSorted()).toEqual([...JOB_NAMES].toSorted());
    expect(await offered('atp lane acme app')).toEqual(['approve']);
    // The value of an option is not an argument, and a value that nobody knows beforehand is not guessed.
    expect(await offered('atp lane --reason why acme app')).toEqual(['approve']);
    expect(await offered('atp group set FAC_GRP --threshold ')).toEqual([]);
  });
});

test('every command, subcommand and option of the examples is offered where it stands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atp-completion-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const script = join(folder, 'bash');
  const atp = await atpWith({});
  await writeFile(script, (await atp.run('completion', 'bash')).stdout);
  const lines = Object.entries(EXAMPLES).flatMap(([path, examples]) =>
    examples.flatMap((example) => {
      const words = example.replaceAll(/'[^']*'/g, 'quoted').split(' ');
      const depth = path.split(' ').length;
      return words.flatMap((word, at) =>
        at < depth || word.startsWith('--') ? [['atp', ...words.slice(0, at + 1)]] : [],
      );
    }),
  );
  const asked = lines.map(
    (words) =>
      `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _atp; echo "\${COMPREPLY[*]}"`,
  );
  const { stdout } = await promisify(execFile)('bash', [
    '--norc',
    '-c',
    `source "$0"; ${asked.join('\n')}`,
    script,
  ]);

  expect(lines.length).toBeGreaterThan(2 * COMMANDS.length);
  expect(stdout.trimEnd().split('\n')).toEqual(
    lines.map((words) => expect.stringMatching(new RegExp(`(^| )${words.at(-1)}( |$)`)) as string),
  );
});
