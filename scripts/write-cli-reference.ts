/**
 * Keeps docs/reference/cli.md equal to the commands: the first cell of a row that begins with `atp …` says how a person
 * types the command. What the command does and returns is written by hand.
 *
 *     node scripts/write-cli-reference.ts           writes the cells; fails when a row is missing or left over
 *     node scripts/write-cli-reference.ts --check   exits 1 when a cell differs from its command
 */
import { synopsesOf } from '../src/cli/command.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { JOB_NAMES, JOBS } from '../src/domain/jobs/jobs.ts';
import { renewPage } from './reference-page.ts';

const ROW = /^\| `(atp [^`]*)` \|/;
const SYNOPSES = COMMANDS.flatMap(synopsesOf);

/** What tells commands apart: the words before the first argument or option, the shop, and a decision behind it. */
function wordsOf(typed: string): string {
  return /^atp(?: [a-z-]+)*(?: <shopId>(?: (?:[a-z]+|--audit)\b)?)?/.exec(typed)?.[0] ?? '';
}

function cellOf(synopsis: string): string {
  return synopsis.replaceAll('|', '\\|');
}

renewPage('docs/reference/cli.md', 'src/cli', (present) => {
  const known = new Map(SYNOPSES.map((synopsis) => [wordsOf(synopsis), synopsis]));
  const found = new Set<string>();
  const page = present
    .split('\n')
    .map((line) => {
      const typed = ROW.exec(line)?.[1];
      if (typed === undefined) return line;
      const words = wordsOf(typed.replaceAll('\\|', '|'));
      const synopsis = known.get(words);
      if (synopsis === undefined) complain(`There is no command like "${typed}": remove its row.`);
      if (found.has(words)) complain(`There are two rows for "${typed}": remove one.`);
      found.add(words);
      return synopsis === undefined ? line : line.replace(typed, () => cellOf(synopsis));
    })
    .join('\n');
  for (const [words, synopsis] of known) {
    if (!found.has(words))
      complain(`The page has no row for "${synopsis}": add | \`${cellOf(synopsis)}\` | … |`);
  }
  for (const job of JOB_NAMES) complainAboutJob(page, job);
  return page;
});

/** The tables of schedules and of workflows are written by hand; they must name every job and its input. */
function complainAboutJob(page: string, job: (typeof JOB_NAMES)[number]): void {
  const { workflowType, fields } = JOBS[job];
  const names = Object.entries(fields).map(([name, { presence }]) =>
    presence === 'required' ? name : `${name}?`,
  );
  const input = `\`{${names.join(', ')}}\``;
  if (!page.includes(`\n| \`${job}\` |`)) complain(`The table of schedules has no row for \`${job}\`.`);
  const row = page.split('\n').find((line) => line.startsWith('| `') && line.includes(`\`${workflowType}\``));
  if (!row?.includes(input)) {
    complain(`The table of workflows must have a row for \`${workflowType}\` with its input ${input}.`);
  }
}

function complain(sentence: string): void {
  console.error(`docs/reference/cli.md: ${sentence}`);
  process.exitCode = 1;
}
