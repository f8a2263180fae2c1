/** The examples of the help texts: each is typed, up to the point where it would ask for a service. */
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { runCli } from '../../src/cli/program.ts';
import { ExitCode } from '../../src/cli/report.ts';
import type { Application } from '../../src/operations/application.ts';
import type { Machine } from '../../src/cli/machine.ts';
import { atpWith } from './atp.ts';

const PATHS = COMMANDS.map(({ path }) => path);

/** The words of a command line, as a shell takes it apart. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

class Reached extends Error {}

/** Whatever is asked for, nothing is there: a command that gets so far has accepted what was typed. */
function nothing(isReached: () => void): unknown {
  const refuse = (): Promise<never> => {
    isReached();
    return Promise.reject(new Reached());
  };
  return new Proxy(refuse, {
    get: (_, name) => {
      if (name === 'userName') return 'ann';
      return name === 'besideStack' ? () => Promise.resolve(null) : nothing(isReached);
    },
  });
}

async function type(line: string): Promise<{ readonly isAccepted: boolean; readonly said: string }> {
  let isAccepted = false;
  let said = '';
  const services = nothing(() => (isAccepted = true));
  const exitCode = await runCli(wordsOf(line), {
    app: services as Application,
    machine: services as Machine,
    terminal: {
      out: (text) => (said += text),
      error: (text) => (said += text),
      showsProgress: false,
      readSecret: () => Promise.resolve('a password of many words'),
    },
  });
  return { isAccepted: isAccepted || exitCode === ExitCode.OK, said };
}

test('every command has two examples, and none is left over', () => {
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(PATHS.toSorted());
  for (const [path, [plain, special]] of Object.entries(EXAMPLES)) {
    expect(plain).not.toBe(special);
    for (const line of [plain, special]) expect(`${line} `).toMatch(new RegExp(`^${path} `));
  }
});

test.each(Object.values(EXAMPLES).flat())('`atp %s` is accepted as it stands', async (line) => {
  const { isAccepted, said } = await type(line);
  expect(isAccepted, said).toBe(true);
});

test.each([
  'product set BLUE-SHIRT-M --safety-stock 2',
  'job run hard-sink',
  'lane acme approve 1',
  'doctor now',
])('`atp %s` would be found to be wrong', async (line) => {
  expect((await type(line)).isAccepted).toBe(false);
});

test('the help text of a command ends with its examples', async () => {
  const atp = await atpWith({});

  const { stdout, exitCode } = await atp.run('group', 'set', '--help');

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /\n\nExamples:\n {2}atp group set FAC_GRP --threshold 2\n {2}atp group set FAC_GRP --floor on --at-most 50\n+$/,
  );
});
